#include "page.h"

// The newest C has it, and clang takes it in older C as well.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char index_html[] = {
#embed "page/index.html"
};
static const unsigned char app_js[] = {
#embed "page/app.js"
};
static const unsigned char axes_js[] = {
#embed "page/axes.js"
};
static const unsigned char banner_js[] = {
#embed "page/banner.js"
};
static const unsigned char caption_js[] = {
#embed "page/caption.js"
};
static const unsigned char colors_js[] = {
#embed "page/colors.js"
};
static const unsigned char content_js[] = {
#embed "page/content.js"
};
static const unsigned char contents_arrays_js[] = {
#embed "page/contents/arrays.js"
};
static const unsigned char contents_axes_js[] = {
#embed "page/contents/axes.js"
};
static const unsigned char contents_counts_js[] = {
#embed "page/contents/counts.js"
};
static const unsigned char contents_index_js[] = {
#embed "page/contents/index.js"
};
static const unsigned char contents_map_js[] = {
#embed "page/contents/map.js"
};
static const unsigned char contents_plane_js[] = {
#embed "page/contents/plane.js"
};
static const unsigned char contents_points_js[] = {
#embed "page/contents/points.js"
};
static const unsigned char contents_profile_js[] = {
#embed "page/contents/profile.js"
};
static const unsigned char contents_profileMap_js[] = {
#embed "page/contents/profileMap.js"
};
static const unsigned char contents_row_js[] = {
#embed "page/contents/row.js"
};
static const unsigned char controls_js[] = {
#embed "page/controls.js"
};
static const unsigned char coverage_js[] = {
#embed "page/coverage.js"
};
static const unsigned char dom_js[] = {
#embed "page/dom.js"
};
static const unsigned char events_js[] = {
#embed "page/events.js"
};
static const unsigned char exports_js[] = {
#embed "page/exports.js"
};
static const unsigned char figure_js[] = {
#embed "page/figure.js"
};
static const unsigned char flatness_js[] = {
#embed "page/flatness.js"
};
static const unsigned char format_js[] = {
#embed "page/format.js"
};
static const unsigned char gestures_js[] = {
#embed "page/gestures.js"
};
static const unsigned char history_js[] = {
#embed "page/history.js"
};
static const unsigned char icon_svg[] = {
#embed "page/icon.svg"
};
static const unsigned char keyboard_js[] = {
#embed "page/keyboard.js"
};
static const unsigned char layout_js[] = {
#embed "page/layout.js"
};
static const unsigned char menu_js[] = {
#embed "page/menu.js"
};
static const unsigned char model_js[] = {
#embed "page/model.js"
};
static const unsigned char page_css[] = {
#embed "page/page.css"
};
static const unsigned char painter_js[] = {
#embed "page/painter.js"
};
static const unsigned char panel_css[] = {
#embed "page/panel.css"
};
static const unsigned char panel_js[] = {
#embed "page/panel.js"
};
static const unsigned char plots_bars_js[] = {
#embed "page/plots/bars.js"
};
static const unsigned char plots_binned_js[] = {
#embed "page/plots/binned.js"
};
static const unsigned char plots_cells_js[] = {
#embed "page/plots/cells.js"
};
static const unsigned char plots_colorbar_js[] = {
#embed "page/plots/colorbar.js"
};
static const unsigned char plots_heat_js[] = {
#embed "page/plots/heat.js"
};
static const unsigned char plots_index_js[] = {
#embed "page/plots/index.js"
};
static const unsigned char plots_points_js[] = {
#embed "page/plots/points.js"
};
static const unsigned char plots_steps_js[] = {
#embed "page/plots/steps.js"
};
static const unsigned char plots_trend_js[] = {
#embed "page/plots/trend.js"
};
static const unsigned char readout_js[] = {
#embed "page/readout.js"
};
static const unsigned char results_js[] = {
#embed "page/results.js"
};
static const unsigned char scale_js[] = {
#embed "page/scale.js"
};
static const unsigned char settings_js[] = {
#embed "page/settings.js"
};
static const unsigned char sparkline_js[] = {
#embed "page/sparkline.js"
};
static const unsigned char spread_js[] = {
#embed "page/spread.js"
};
static const unsigned char table_js[] = {
#embed "page/table.js"
};
static const unsigned char theme_css[] = {
#embed "page/theme.css"
};
static const unsigned char ticks_js[] = {
#embed "page/ticks.js"
};
static const unsigned char topline_js[] = {
#embed "page/topline.js"
};
static const unsigned char window_js[] = {
#embed "page/window.js"
};

#define HTML "text/html; charset=utf-8"
#define CSS "text/css; charset=utf-8"
#define SCRIPT "text/javascript; charset=utf-8"
#define PICTURE "image/svg+xml"
#define FILE(name, type, bytes) {name, type, bytes, sizeof bytes}

static const page_file files[] = {
    FILE("index.html", HTML, index_html),
    FILE("app.js", SCRIPT, app_js),
    FILE("axes.js", SCRIPT, axes_js),
    FILE("banner.js", SCRIPT, banner_js),
    FILE("caption.js", SCRIPT, caption_js),
    FILE("colors.js", SCRIPT, colors_js),
    FILE("content.js", SCRIPT, content_js),
    FILE("contents/arrays.js", SCRIPT, contents_arrays_js),
    FILE("contents/axes.js", SCRIPT, contents_axes_js),
    FILE("contents/counts.js", SCRIPT, contents_counts_js),
    FILE("contents/index.js", SCRIPT, contents_index_js),
    FILE("contents/map.js", SCRIPT, contents_map_js),
    FILE("contents/plane.js", SCRIPT, contents_plane_js),
    FILE("contents/points.js", SCRIPT, contents_points_js),
    FILE("contents/profile.js", SCRIPT, contents_profile_js),
    FILE("contents/profileMap.js", SCRIPT, contents_profileMap_js),
    FILE("contents/row.js", SCRIPT, contents_row_js),
    FILE("controls.js", SCRIPT, controls_js),
    FILE("coverage.js", SCRIPT, coverage_js),
    FILE("dom.js", SCRIPT, dom_js),
    FILE("events.js", SCRIPT, events_js),
    FILE("exports.js", SCRIPT, exports_js),
    FILE("figure.js", SCRIPT, figure_js),
    FILE("flatness.js", SCRIPT, flatness_js),
    FILE("format.js", SCRIPT, format_js),
    FILE("gestures.js", SCRIPT, gestures_js),
    FILE("history.js", SCRIPT, history_js),
    FILE("icon.svg", PICTURE, icon_svg),
    FILE("keyboard.js", SCRIPT, keyboard_js),
    FILE("layout.js", SCRIPT, layout_js),
    FILE("menu.js", SCRIPT, menu_js),
    FILE("model.js", SCRIPT, model_js),
    FILE("page.css", CSS, page_css),
    FILE("painter.js", SCRIPT, painter_js),
    FILE("panel.css", CSS, panel_css),
    FILE("panel.js", SCRIPT, panel_js),
    FILE("plots/bars.js", SCRIPT, plots_bars_js),
    FILE("plots/binned.js", SCRIPT, plots_binned_js),
    FILE("plots/cells.js", SCRIPT, plots_cells_js),
    FILE("plots/colorbar.js", SCRIPT, plots_colorbar_js),
    FILE("plots/heat.js", SCRIPT, plots_heat_js),
    FILE("plots/index.js", SCRIPT, plots_index_js),
    FILE("plots/points.js", SCRIPT, plots_points_js),
    FILE("plots/steps.js", SCRIPT, plots_steps_js),
    FILE("plots/trend.js", SCRIPT, plots_trend_js),
    FILE("readout.js", SCRIPT, readout_js),
    FILE("results.js", SCRIPT, results_js),
    FILE("scale.js", SCRIPT, scale_js),
    FILE("settings.js", SCRIPT, settings_js),
    FILE("sparkline.js", SCRIPT, sparkline_js),
    FILE("spread.js", SCRIPT, spread_js),
    FILE("table.js", SCRIPT, table_js),
    FILE("theme.css", CSS, theme_css),
    FILE("ticks.js", SCRIPT, ticks_js),
    FILE("topline.js", SCRIPT, topline_js),
    FILE("window.js", SCRIPT, window_js),
};

size_t page_file_count(void) { return sizeof files / sizeof *files; }

const page_file *page_file_at(size_t index) { return &files[index]; }
