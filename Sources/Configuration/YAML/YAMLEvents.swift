import CLibYAML

/// What libyaml saw: the start or end of something, and where it stands in the text.
struct YAMLEvent {
  enum Style {
    case plain, singleQuoted, doubleQuoted, literal, folded
  }

  enum Kind {
    case streamStart, streamEnd
    case documentStart, documentEnd
    case alias(String)
    case scalar([Unicode.Scalar], Style)
    case listStart, listEnd
    case mappingStart, mappingEnd
  }

  let kind: Kind
  let anchor: String?
  let hasTag: Bool
  /// Indices of Unicode scalars, half open. Anchors and tags are inside.
  let range: Range<Int>
}

/// Why libyaml stopped, in its words, and where; indices of Unicode scalars.
struct YAMLFailure: Error {
  let problem: String
  let index: Int
  /// What it was doing, such as "while parsing a flow mapping", and where that started.
  let context: String
  let contextIndex: Int
}

/// libyaml's parser over one text. Nothing else calls C.
final class YAMLEvents {
  private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
  /// libyaml reads from it as long as the parser lives.
  private let input: UnsafeMutableBufferPointer<UInt8>
  private let isReady: Bool

  init(_ text: String) {
    let utf8 = text.utf8
    input = .allocate(capacity: max(utf8.count, 1))
    _ = input.initialize(from: utf8)
    isReady = yaml_parser_initialize(parser) == 1
    guard isReady else { return }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, utf8.count)
  }

  deinit {
    if isReady { yaml_parser_delete(parser) }
    parser.deallocate()
    input.deallocate()
  }

  /// The next event. After the end of the stream, or after a failure, there is no next one to ask for.
  func next() throws(YAMLFailure) -> YAMLEvent {
    guard isReady else { throw YAMLFailure(problem: "out of memory", index: 0, context: "", contextIndex: 0) }
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { yaml_event_delete(&event) }
    return Self.converted(event)
  }

  private func failure() -> YAMLFailure {
    let state = parser.pointee
    return YAMLFailure(
      problem: state.problem.map { String(cString: $0) } ?? "unreadable",
      index: Int(clamping: state.problem_mark.index),
      context: state.context.map { String(cString: $0) } ?? "",
      contextIndex: Int(clamping: state.context_mark.index))
  }

  private static func converted(_ event: yaml_event_t) -> YAMLEvent {
    var anchor: String?
    var hasTag = false
    let kind: YAMLEvent.Kind
    switch event.type {
    case YAML_STREAM_START_EVENT: kind = .streamStart
    case YAML_DOCUMENT_START_EVENT: kind = .documentStart
    case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
    case YAML_ALIAS_EVENT:
      kind = .alias(string(event.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      anchor = string(scalar.anchor)
      hasTag = scalar.tag != nil
      let value = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      kind = .scalar(Array(value.unicodeScalars), style(scalar.style))
    case YAML_SEQUENCE_START_EVENT:
      anchor = string(event.data.sequence_start.anchor)
      hasTag = event.data.sequence_start.tag != nil
      kind = .listStart
    case YAML_SEQUENCE_END_EVENT: kind = .listEnd
    case YAML_MAPPING_START_EVENT:
      anchor = string(event.data.mapping_start.anchor)
      hasTag = event.data.mapping_start.tag != nil
      kind = .mappingStart
    case YAML_MAPPING_END_EVENT: kind = .mappingEnd
    default: kind = .streamEnd
    }
    let start = Int(clamping: event.start_mark.index)
    let end = Int(clamping: event.end_mark.index)
    return YAMLEvent(kind: kind, anchor: anchor, hasTag: hasTag, range: start..<max(start, end))
  }

  private static func string(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    bytes.map { String(cString: $0) }
  }

  private static func style(_ style: yaml_scalar_style_t) -> YAMLEvent.Style {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .plain
    }
  }
}
