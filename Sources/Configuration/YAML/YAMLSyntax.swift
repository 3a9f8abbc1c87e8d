import Diagnostics

/// Says in plain words why libyaml stopped.
struct YAMLSyntax {
  let source: YAMLSource
  let failure: YAMLFailure
  let lastScalar: YAMLEvent?

  func finding() -> Finding {
    error("this is not YAML: \(failure.problem)", at: failure.index)
  }

  func error(_ message: String, at index: Int, hint: String? = nil) -> Finding {
    Finding(.error, "yaml-syntax", message, at: source.span(at: index), hint: hint)
  }
}
