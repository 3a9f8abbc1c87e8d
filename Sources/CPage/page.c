#include "page.h"

// The newest C has it, and clang takes it in older C as well.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char index_html[] = {
#embed "page/index.html"
};
static const unsigned char app_js[] = {
#embed "page/app.js"
};
static const unsigned char style_css[] = {
#embed "page/style.css"
};

#define HTML "text/html; charset=utf-8"
#define CSS "text/css; charset=utf-8"
#define SCRIPT "text/javascript; charset=utf-8"
#define FILE(name, type, bytes) {name, type, bytes, sizeof bytes}

static const page_file files[] = {
    FILE("index.html", HTML, index_html),
    FILE("app.js", SCRIPT, app_js),
    FILE("style.css", CSS, style_css),
};

size_t page_file_count(void) { return sizeof files / sizeof *files; }

const page_file *page_file_at(size_t index) { return &files[index]; }
