/// Plugins to begin with: they pass their own tests.
package enum PluginTemplate {
  /// A plugin of a histogram.
  package static func plot(_ name: String) -> String {
    let identifier = String(name.map { $0 == "-" ? "_" : $0 })
    return """
      # What it shows, and what one sees in it when something is wrong: this comment and the description are its page.
      plugin: plots/\(name)
      description: How often each value of a column occurs.

      parameters:                               # `hitmon list plugins plots/\(name)` prints them
        of: {type: expression, description: What is counted.}
        bins: {type: bins, default: 64 from 0 to 64, description: The bins.}
        per: {type: column, optional: true, description: "One histogram for each value of this column, such as `chamber`."}
        where: {type: condition, optional: true, description: Only hits that meet this condition count.}
        name: {type: name, default: \(identifier), description: The name of the histogram.}

      histograms:                               # keys that are nothing but an optional parameter are left out without it
        $name: {of: $of, bins: $bins, per: $per, where: $where, title: \(name)}
        # $(name)_mean: {profile: $of, against: wire, bins: 64 from 0 to 64}     # the mean of it, for each wire

      tests:                                    # hitmon test plugins/plots/\(name).yaml
        two of one value, one of another:
          with: {of: wire, bins: integers 0..3}
          given: {record: {format: csv, fields: {wire: u8}}}
          rows: ["1", "1", "3", "9"]
          expect: {histograms: {\(identifier): {1: 2, 3: 1, overflow: 1}}}

      """
  }

  /// A plugin of columns and constants, as a calibration is.
  package static func plugin(_ name: String) -> String {
    """
    # What it is for: this comment and the description are its page in `hitmon list plugins`.
    plugin: \(name)
    description: A time less a constant.

    parameters:
      time: {type: expression, default: time, description: The time that is put right.}
      offset: {type: number, unit: ns, default: 5 ns, description: What is taken off.}
      name: {type: name, default: corrected, description: The new column.}

    columns:
      $name: $time - $offset

    # It may have any of these sections, too; they are merged into the pipeline that uses it:
    # record:      {format: csv, fields: {channel: u16, time: f64 ns}}
    # cleansing:   [{drop: channel == 17}]
    # chambers:    [{chamber: 0, when: channel in 0..63, wire: channel}]
    # constants:   {v_drift: 53.8 um/ns}
    # groups:      {event: {by: time // 1 us, hits: count}}
    # histograms:  {$name: {of: $name, bins: 100 from 0 ns to 1 us}}

    tests:                                    # hitmon test plugins/\(name).yaml
      five nanoseconds less:
        given: {record: {format: csv, fields: {time: f64 ns}}}
        rows: ["100", "7.5"]
        expect: {columns: {corrected: [95 ns, 2.5 ns]}}

    """
  }
}
