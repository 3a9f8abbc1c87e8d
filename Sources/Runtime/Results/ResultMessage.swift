import Diagnostics
import Operators

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes a window as the JSON message that sinks publish (schema hitmon.results/1).
struct ResultMessage {
  static let schema = "hitmon.results/1"

  let plan: ChainPlan
  let pipeline: String
  /// Names the run: its start and a random part.
  let run: String
  /// Where the run's arrival windows begin, in nanoseconds since 1970.
  let start: Int64
  private var writer = JSONWriter(capacity: 65_536)

  init(_ plan: ChainPlan, pipeline: String, run: String, start: Int64) {
    self.plan = plan
    self.pipeline = pipeline
    self.run = run
    self.start = start
  }

  /// The message of a window. `partitions` has the names of the source's partitions by their numbers.
  mutating func write(_ window: ClosedWindow, source: ResultSource, partitions: [String]) -> [UInt8] {
    writer.removeAll()
    writer.beginObject()
    field("schema", Self.schema)
    field("pipeline", pipeline)
    field("run", run)
    if source.isPartial {
      writer.key("partial")
      writer.boolean(true)
    }
    writeWindow(window.index)
    writeCounts(window.counts.counts)
    writeSource(window, source, partitions)
    writer.key("histograms")
    writer.beginObject()
    for (index, aggregate) in plan.aggregates.enumerated() {
      for (name, result) in window.counts.results(of: index, plan) {
        writer.key(name)
        writeHistogram(result, title: aggregate.title)
      }
    }
    writer.endObject()
    writer.endObject()
    return writer.bytes
  }

  private mutating func field(_ key: String, _ value: String) {
    writer.key(key)
    writer.string(value)
  }

  private mutating func field(_ key: String, _ value: some BinaryInteger) {
    writer.key(key)
    writer.integer(value)
  }

  private mutating func writeWindow(_ index: Int64) {
    writer.key("window")
    writer.beginObject()
    field("index", index)
    switch plan.window {
    case .every(let length):
      field("kind", "every")
      field("start", timestamp(start + index * length))
      field("end", timestamp(start + (index + 1) * length))
    case .rows(let rows):
      field("kind", "rows")
      field("start", index * rows)
      field("end", (index + 1) * rows)
    case .span(let windows):
      field("kind", "span")
      field("of", windows.label)
      writer.key("start")
      // The ends of a window at the ends of 64 bits lie beyond them.
      writer.number(Double(index) * Double(windows.span) / windows.ticksPerUnit)
      writer.key("end")
      writer.number((Double(index) + 1) * Double(windows.span) / windows.ticksPerUnit)
    case .all:
      field("kind", "all")
    }
    writer.endObject()
  }

  private mutating func writeCounts(_ counts: RowCounts) {
    writer.key("counts")
    writer.beginObject()
    field("records", counts.records)
    field("malformed", counts.malformed)
    field("dropped", counts.dropped)
    field("hits", counts.hits)
    field("unmapped", counts.unmapped)
    field("late", counts.late)
    field("stray", counts.stray)
    field("disordered", counts.disordered)
    field("gaps", counts.gaps)
    writer.endObject()
  }

  private mutating func writeSource(_ window: ClosedWindow, _ source: ResultSource, _ partitions: [String]) {
    func name(_ partition: Int) -> String {
      partitions.indices.contains(partition) ? partitions[partition] : String(partition)
    }
    func positions(_ key: String, _ positions: [Int: Int64]) {
      writer.key(key)
      writer.beginObject()
      for (partition, offset) in positions.sorted(by: { $0.key < $1.key }) { field(name(partition), offset) }
      writer.endObject()
    }
    func range(_ range: OffsetRange) {
      writer.beginArray()
      writer.integer(range.start)
      writer.integer(range.end)
      writer.endArray()
    }
    writer.key("source")
    writer.beginObject()
    field("name", source.name)
    if let topic = source.topic { field("topic", topic) }
    if let count = source.partitions { field("partitions", count) }
    writer.key("offsets")
    writer.beginObject()
    for (partition, covered) in window.counts.offsets.sorted(by: { $0.key < $1.key }) {
      writer.key(name(partition))
      range(covered)
    }
    writer.endObject()
    positions("resume", window.resume)
    if source.topic != nil { positions("read", window.read) }
    if !window.gaps.isEmpty {
      writer.key("gaps")
      writer.beginObject()
      for (partition, gaps) in window.gaps.sorted(by: { $0.key < $1.key }) {
        writer.key(name(partition))
        writer.beginArray()
        for gap in gaps { range(gap) }
        writer.endArray()
      }
      writer.endObject()
    }
    writer.endObject()
  }

  // MARK: Histograms

  private mutating func writeHistogram(_ result: AggregateResult, title: String) {
    writer.beginObject()
    field("title", title)
    switch result {
    case .histogram(let axis, let bins):
      writeAxis("axis", axis)
      numbers("bin_edges", axis.edges)
      if let weights = bins.weights {
        numbers("bin_counts", weights.sums)
        numbers("bin_variances", weights.squares)
        integers("bin_entries", bins.counts)
      } else {
        integers("bin_counts", bins.counts)
      }
      number("underflow", bins.underflow)
      number("overflow", bins.overflow)
      field("unknown", bins.unknown)
    case .map(let x, let y, let values, _, let unknown):
      writeMap(x, y, values, unknown)
    case .profile(let axis, let counts, let sums, let squares, let unit, let label, let unknown):
      writeProfile(axis, counts, sums, squares, unit: unit, label: label, unknown)
    case .points(let label, let unit, let x, let y, let omitted, let yLabel, let yUnit):
      writeAxis("axis", label: label, unit: unit)
      writeAxis("y_axis", label: yLabel, unit: yUnit)
      numbers("x", x)
      numbers("y", y)
      field("omitted", omitted)
    }
    writer.endObject()
  }

  private mutating func writeMap(_ x: Axis, _ y: Axis, _ values: [Double], _ unknown: UInt64) {
    writeAxis("axis", x)
    writeAxis("y_axis", y)
    numbers("x_edges", x.edges)
    numbers("y_edges", y.edges)
    let height = y.count + 2
    writer.key("bin_counts")
    writer.beginArray()
    for column in 1...x.count { array(Array(values[(column * height + 1)..<(column * height + 1 + y.count)])) }
    writer.endArray()
    // What lies outside, bin by bin: below and above in x for each bin of y with its flow bins, below and above in y for
    // each bin of x.
    numbers("x_underflow", Array(values[0..<height]))
    numbers("x_overflow", Array(values[((x.count + 1) * height)..<((x.count + 2) * height)]))
    numbers("y_underflow", (1...x.count).map { values[$0 * height] })
    numbers("y_overflow", (1...x.count).map { values[$0 * height + height - 1] })
    field("unknown", unknown)
  }

  private mutating func writeProfile(
    _ axis: Axis, _ counts: [UInt64], _ sums: [Double], _ squares: [Double], unit: String, label: String,
    _ unknown: UInt64
  ) {
    let n = axis.count
    writeAxis("axis", axis)
    writeAxis("y_axis", label: label, unit: unit)
    numbers("bin_edges", axis.edges)
    integers("bin_counts", Array(counts[1...n]))
    var means: [Double] = [], errors: [Double] = []
    for bin in 1...n {
      let count = Double(counts[bin]), mean = sums[bin] / count
      means.append(mean)
      // The error of a mean needs at least two values.
      errors.append(counts[bin] < 2 ? .nan : (max(0, squares[bin] / count - mean * mean) / (count - 1)).squareRoot())
    }
    numbers("mean", means)
    numbers("error", errors)
    numbers("sum", Array(sums[1...n]))
    numbers("sum_of_squares", Array(squares[1...n]))
    field("underflow", counts[0])
    field("overflow", counts[n + 1])
    field("unknown", unknown)
  }

  private mutating func writeAxis(_ key: String, _ axis: Axis) {
    writer.key(key)
    writer.beginObject()
    field("label", axis.label)
    field("unit", axis.unit)
    if let categories = axis.categories {
      writer.key("categories")
      writer.beginArray()
      for category in categories { writer.string(category) }
      writer.endArray()
    }
    writer.endObject()
  }

  private mutating func writeAxis(_ key: String, label: String, unit: String) {
    writer.key(key)
    writer.beginObject()
    field("label", label)
    field("unit", unit)
    writer.endObject()
  }

  private mutating func number(_ key: String, _ value: Double) {
    writer.key(key)
    writer.number(value)
  }

  private mutating func numbers(_ key: String, _ values: [Double]) {
    writer.key(key)
    array(values)
  }

  private mutating func array(_ values: [Double]) {
    values.withUnsafeBufferPointer { writer.numbers($0) }
  }

  private mutating func integers(_ key: String, _ values: [UInt64]) {
    writer.key(key)
    values.withUnsafeBufferPointer { writer.integers($0) }
  }
}

/// Nanoseconds since 1970 as ISO 8601 in UTC, with a fraction only where there is one: `2026-11-22T14:00:34Z`.
func timestamp(_ nanoseconds: Int64) -> String {
  var seconds = time_t(nanoseconds / 1_000_000_000)
  let fraction = nanoseconds % 1_000_000_000 / 1_000_000
  var parts = tm()
  gmtime_r(&seconds, &parts)
  func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
  let milliseconds = fraction == 0 ? "" : "." + String(String(1000 + fraction).dropFirst())
  return
    "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))\(milliseconds)Z"
}

/// Nanoseconds since 1970.
func wallNanoseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
