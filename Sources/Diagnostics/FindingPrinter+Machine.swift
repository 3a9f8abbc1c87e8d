import JSON

extension FindingPrinter {
  /// A JSON array for editors, one object a finding: file, line, column, endLine, endColumn (counted from 1, the end
  /// not included; absent without a place), severity, code, message, hint if there is one, and notes.
  package static func json(_ findings: [Finding]) -> String {
    var writer = JSONWriter()
    writer.beginArray()
    for finding in findings {
      writer.beginObject()
      if let span = finding.span {
        write(span, to: &writer)
        writer.key("endLine")
        writer.integer(span.end.line)
        writer.key("endColumn")
        writer.integer(span.end.column)
      }
      writer.key("severity")
      writer.string(finding.severity.rawValue)
      writer.key("code")
      writer.string(finding.code.name)
      writer.key("message")
      writer.string(finding.message)
      if let hint = finding.hint {
        writer.key("hint")
        writer.string(hint)
      }
      writer.key("notes")
      writer.beginArray()
      for note in finding.notes {
        writer.beginObject()
        writer.key("message")
        writer.string(note.message)
        if let span = note.span { write(span, to: &writer) }
        writer.endObject()
      }
      writer.endArray()
      writer.endObject()
    }
    writer.endArray()
    return writer.text
  }

  private static func write(_ span: Span, to writer: inout JSONWriter) {
    writer.key("file")
    writer.string(span.source.name)
    writer.key("line")
    writer.integer(span.start.line)
    writer.key("column")
    writer.integer(span.start.column)
  }

  /// A line a finding that GitHub's runners turn into annotations: workflow commands, escaped as
  /// `@actions/core` escapes them. The hint and the notes follow the message.
  package static func github(_ findings: [Finding]) -> String {
    findings.map { finding in
      var properties: [String] = []
      if let span = finding.span {
        properties.append("file=" + property(span.source.name))
        properties.append("line=\(span.start.line)")
        properties.append("col=\(span.start.column)")
        properties.append("endLine=\(span.end.line)")
        // GitHub takes an end column for spans of one line only, and counts it in.
        if span.end.line == span.start.line {
          properties.append("endColumn=\(max(span.start.column, span.end.column - 1))")
        }
      }
      properties.append("title=" + property(finding.code.name))
      var message = finding.message + (finding.hint.map { "\nhint: " + $0 } ?? "")
      for note in finding.notes {
        let place = note.span.map { " (\($0.source.name):\($0.start.line):\($0.start.column))" } ?? ""
        message += "\nnote: " + note.message + place
      }
      return "::\(finding.severity.rawValue) \(properties.joined(separator: ","))::\(data(message))"
    }
    .joined(separator: "\n")
  }

  private static func data(_ text: String) -> String {
    escape(text, ["%": "%25", "\r": "%0D", "\n": "%0A"])
  }

  private static func property(_ text: String) -> String {
    escape(text, ["%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"])
  }

  private static func escape(_ text: String, _ codes: [Unicode.Scalar: String]) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      if let code = codes[scalar] { result += code } else { result.unicodeScalars.append(scalar) }
    }
  }
}
