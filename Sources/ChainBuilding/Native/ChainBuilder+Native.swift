import ChainExecution
import CPlugin
import Columns
import Diagnostics
import Specifications

/// Columns that functions of libraries compute.
extension ChainBuilder {
  /// Loads a library; nil where it cannot be used, which is reported.
  static func load(_ path: String, at span: Span, findings: Findings) -> NativeLibrary? {
    do {
      return try NativeLibrary.load(path)
    } catch {
      report(error.message, of: NativeLibrary.name(of: path), at: span, findings: findings)
      return nil
    }
  }

  /// `problem` goes on after the library's name.
  static func report(_ problem: String, of library: String, at span: Span, findings: Findings) {
    findings.error(
      .nativeLibrary, "`\(library)` \(problem)", at: span, hint: "docs/native.md says what a library must have")
  }

  /// Adds the columns of a library: those that are declared, or one for each function.
  mutating func addFunctions(_ declared: Declaration.Library) {
    let settings = declared.settings
    guard let library = libraries.first(where: { $0.path == declared.path }) else {
      // What it would have given is not to be missed.
      for (name, _) in settings[NativeKeys.columns] ?? [] { names.addFailed(name, as: "native column") }
      return
    }
    guard let columns = settings[NativeKeys.columns] else {
      let span = settings.span(of: NativeKeys.library)
      for function in library.functions {
        let name = LocatedText(string(function.pointee.name), at: span)
        add(function, of: library, name: name, inputs: nil, settings: [], at: name)
      }
      return
    }
    let known = library.functions.map { string($0.pointee.name) }
    for (name, setting) in columns {
      guard let column = setting.settings, let wanted = column[NativeColumnKeys.function] else {
        names.addFailed(name, as: "native column")
        continue
      }
      guard let function = library.functions.first(where: { string($0.pointee.name) == wanted.text }) else {
        findings.error(
          .nativeLibrary, "`\(library.name)` has no function `\(wanted.written)`", at: wanted.span,
          hint: suggestion(for: wanted.text, from: known).map { "did you mean `\($0)`?" }
            ?? (known.isEmpty ? nil : "it has \(alternatives(known, and: true))"))
        names.addFailed(name, as: "native column")
        continue
      }
      let given = (column[NativeColumnKeys.settings] ?? []).compactMap { key, value in
        value.text.map { (key: key.text, value: $0.text) }
      }
      add(function, of: library, name: name, inputs: column.setting(NativeColumnKeys.in), settings: given, at: wanted)
    }
  }

  private mutating func add(
    _ pointer: UnsafePointer<hitmon_function>, of library: NativeLibrary, name: LocatedText, inputs: Setting?,
    settings: [(key: String, value: String)], at place: LocatedText
  ) {
    let function = NativeFunction(
      pointer, of: library, place: "\(place.source.name):\(place.span.start.line)", settings: settings)
    let wanted = function.inputs.map(\.columnName)
    let columns = inputs?.list?.compactMap(\.text) ?? wanted.map { LocatedText($0, at: place.span) }
    guard columns.count == wanted.count else {
      let list = wanted.isEmpty ? "none" : alternatives(wanted, and: true)
      findings.error(
        .nativeLibrary,
        "\(function.name) takes \(wanted.count) \(wanted.count == 1 ? "column" : "columns"), and \(columns.count) \(columns.count == 1 ? "is" : "are") given",
        at: inputs?.span ?? place.span, hint: "in this order: \(list)")
      names.addFailed(name, as: "native column")
      return
    }
    let use = NativeUse(path: library.path, function: string(pointer.pointee.name), settings: settings)
    if pointer.pointee.open != nil, let problem = use.problem() {
      Self.report(problem, of: library.name, at: place.span, findings: findings)
      names.addFailed(name, as: "native column")
      return
    }
    let type = pointer.pointee.output.valueType
    names.addOperated(name, as: "native column", type: type, operator: operators.count, inputs: columns)
    operators.append(OperatorDraft(work: .function(function, []), inputs: columns, outputs: [(name, type)]))
  }

  /// How a column goes into a function; reports one that cannot.
  func input(
    _ column: ExternalColumn, as wanted: hitmon_column, of function: NativeFunction, at place: LocatedText
  ) -> NativeStep.Input {
    let type = column.type, unit = wanted.columnUnit
    var factor = 1.0
    let fits: Bool
    switch wanted.lane {
    case .float64: fits = type.isNumber
    case .int64: fits = type.kind == .integer
    case .int32: fits = type.kind == .integer && type.lane == .int32
    case .flag: fits = type.kind == .boolean
    }
    if !fits {
      findings.error(
        .typeMismatch,
        "\(function.name) takes \(wanted.typeName) for `\(wanted.columnName)`, and `\(column.name)` is \(type.words)",
        at: place.span, hint: "give it another column, or change what the library takes")
    } else if let ratio = type.unit.factor(to: unit), ratio == .one || wanted.lane == .float64 {
      factor = Double(ratio.numerator) / Double(ratio.denominator)
    } else {
      findings.error(
        .unitMismatch,
        "\(function.name) takes \(unit.isNone ? "a plain number" : unit.symbol) for `\(wanted.columnName)`, and `\(column.name)` is \(type.words)",
        at: place.span, hint: "give it a column in its unit")
    }
    return NativeStep.Input(slot: Slot(index: 0, lane: type.lane), lane: wanted.lane, factor: factor)
  }
}
