import ChainExecution
import Columns
import CPlugin
import Diagnostics
import Expressions
import Specifications

/// An operator that is not hitmon's own, as checked: columns of rows go in, and others come out.
struct OperatorDraft {
  enum Work {
    case program(ExternalProgram.Plan)
    case function(NativeFunction, [NativeStep.Input])
  }

  var work: Work
  let inputs: [LocatedText]
  let outputs: [(name: LocatedText, type: ValueType)]

  /// Adds its columns to a stage, with the step that computes them.
  func add(to stage: StageBuilder, names: NameTable, faults: FaultBox) {
    let sources = inputs.map { stage.slot(of: $0.text) }
    let results = outputs.map { stage.addColumn($0.name.text, type: $0.type) }
    switch work {
    case .program(let plan):
      stage.append(
        .external(ExternalStep(program: ExternalProgram(plan), inputs: sources, outputs: results, faults: faults)))
    case .function(let function, let inputs):
      let placed = zip(sources, inputs).map { NativeStep.Input(slot: $0, lane: $1.lane, factor: $1.factor) }
      stage.append(.native(NativeStep(function: function, inputs: placed, output: results[0], faults: faults)))
    }
  }

  /// For `explain`.
  var description: (title: String, lines: [String]) {
    let from = "from \(inputs.map(\.text).joined(separator: ", "))"
    switch work {
    case .program(let plan):
      let limits =
        "at most \(ExternalProgram.seconds(plan.timeout)) a batch, \(plan.restarts) restarts within \(ExternalProgram.seconds(plan.within))"
      return ("external \(plan.name)", [from, "a process for each thread, \(limits)"])
    case .function(let function, _):
      return ("native \(function.library.name)", ["\(string(function.function.name)) \(from)"])
    }
  }
}

extension ChainBuilder {
  /// Adds the columns of programs; what they are made of is looked at when they are first used.
  mutating func addOperators() {
    for program in declaration.programs {
      if let settings = program.settings {
        addProgram(settings)
      } else {
        // What it would have given is not to be missed.
        for entry in program.node[ExternalKeys.out]?.mapping ?? [] {
          names.addFailed(entry.key, as: "column of a program")
        }
      }
    }
    for library in declaration.libraries { addFunctions(library) }
    for draft in operators {
      // One that needs a value of a group has no columns.
      var isSound = true
      for input in draft.inputs
      where parseBeforeGroups(
        input, what: "it gets rows before their groups are complete", hint: "give it columns of the row") == nil
      {
        isSound = false
      }
      if !isSound { for output in draft.outputs { names.setType(nil, of: output.name.text) } }
    }
  }

  private mutating func addProgram(_ settings: Settings) {
    let outputs = settings[ExternalKeys.out] ?? []
    let number = operators.count
    let inputs = (settings[ExternalKeys.in] ?? []).compactMap(\.text)
    var columns: [(name: LocatedText, type: ValueType)] = []
    for (name, setting) in outputs {
      guard let type = setting.fieldType else {
        names.addFailed(name, as: "column of a program")
        continue
      }
      guard type.storage != .text else {
        findings.error(
          .typeMismatch, "a program gives numbers, and `\(name.text)` is text", at: setting.span,
          hint: "give a number for each text, such as `\(name.text): u8`")
        names.addFailed(name, as: "column of a program")
        continue
      }
      var valueType = type.valueType
      valueType.mayBeUnknown = true
      columns.append((name, valueType))
    }
    if outputs.isEmpty, let out = settings.setting(ExternalKeys.out) {
      findings.error(
        .missingKey, "the program gives no column", at: out.span, hint: "declare one: `{time_c: f64 ns}`")
    }
    let command = (settings[ExternalKeys.command] ?? []).compactMap(\.text)
    guard let first = command.first, columns.count == outputs.count, inputs.count == settings[ExternalKeys.in]?.count
    else {
      for column in columns { names.addFailed(column.name, as: "column of a program") }
      return
    }
    func nanoseconds(_ key: DefaultKey<Quantity>) -> Int64 {
      let seconds = settings[key].value(in: .second) ?? 0
      return Int64(saturating: (min(max(seconds, 0.001), 1e9) * 1e9).rounded())
    }
    let words = command.map(\.written).joined(separator: " ")
    operators.append(
      OperatorDraft(
        work: .program(
          ExternalProgram.Plan(
            name: words.count > 60 ? words.prefix(57) + "..." : words,
            place: "\(first.source.name):\(first.span.start.line)", command: command.map(\.text),
            directory: Self.folder(of: first.source.name), inputs: [],
            outputs: columns.map { ExternalColumn(name: $0.name.text, type: $0.type) },
            timeout: nanoseconds(ExternalKeys.timeout),
            start: nanoseconds(ExternalKeys.start), restarts: Int(settings[ExternalKeys.restarts]),
            within: nanoseconds(ExternalKeys.within))),
        inputs: inputs, outputs: columns))
    for column in columns {
      names.addOperated(
        column.name, as: "column of a program", type: column.type, operator: number, inputs: inputs)
    }
  }

  /// The folder of the file that a text stands in; nil for the current one.
  private static func folder(of path: String) -> String? {
    guard let slash = path.lastIndex(of: "/") else { return nil }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Checks what goes into operators, and notes its types.
  mutating func checkOperators() {
    for index in operators.indices {
      var columns: [ExternalColumn] = []
      for input in operators[index].inputs {
        guard let type = names.type(of: input.text) else { continue }
        if type.kind == .text {
          findings.error(
            .typeMismatch, "it gets numbers, and `\(input.written)` is text", at: input.span,
            hint: "compare it in `columns:`, and give it that column")
        }
        columns.append(ExternalColumn(name: input.text, type: type))
      }
      guard columns.count == operators[index].inputs.count else { continue }
      switch operators[index].work {
      case .program(let plan): operators[index].work = .program(plan.with(inputs: columns))
      case .function(let function, _):
        let inputs = zip(operators[index].inputs, zip(columns, function.inputs)).map { place, pair in
          input(pair.0, as: pair.1, of: function, at: place)
        }
        operators[index].work = .function(function, inputs)
      }
    }
  }
}
