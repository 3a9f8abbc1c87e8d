import Diagnostics
import ChainExecution
import Specifications

extension Pipeline {
  /// Whose partial results are whose: the pipeline's name, and a number of everything that counting goes by.
  package var identity: PartialIdentity {
    var print = Fingerprint()
    print.add(declaration.name.text)
    print.add(declaration.record)
    print.add(declaration.cleansing)
    print.add(declaration.chambers)
    for section in [declaration.constants, declaration.columns, declaration.groups, declaration.histograms] {
      print.add(section)
    }
    for program in declaration.programs { print.add(program.node) }
    print.add(declaration.window)
    // Records of sources beside the pipeline's own.
    for source in declaration.sources {
      print.add(source.name.text)
      if let record = source.setting.settings?.setting(beside: SectionKeys.record) { print.add(record.node) }
    }
    return PartialIdentity(pipeline: declaration.name.text, fingerprint: print.value)
  }
}

/// A number of text and settings: FNV-1a, with an end to every part so that neighbours do not run together.
private struct Fingerprint {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
    add(0xFF)
  }

  private mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }

  mutating func add(_ all: [Settings]) {
    for settings in all { add(settings) }
    add("]")
  }

  mutating func add(_ all: [Declaration.Named]) {
    for named in all {
      add(named.name.text)
      add(named.setting)
    }
    add("]")
  }

  mutating func add(_ settings: Settings?) {
    guard let settings else { return add("-") }
    add(settings.specification.name)
    for key in settings.specification.keys {
      add(key.name)
      if let setting = settings[key.name] { add(setting) }
    }
    for (key, setting) in settings.free {
      add(key.text)
      add(setting)
    }
    add("}")
  }

  private mutating func add(_ setting: Setting) {
    switch setting.value {
    case .settings(let settings): add(settings)
    case .list(let list):
      for setting in list { add(setting) }
      add("]")
    case .mapping(let entries):
      for (key, setting) in entries {
        add(key.text)
        add(setting)
      }
      add("}")
    default: add(setting.node)
    }
  }

  /// As it stands in the file, but for blanks and quotes.
  mutating func add(_ node: Node) {
    switch node.content {
    case .scalar(let text, _): add(text.text)
    case .empty: add("~")
    case .list(let nodes):
      for node in nodes { add(node) }
      add("]")
    case .mapping(let entries):
      for entry in entries {
        add(entry.name)
        add(entry.value)
      }
      add("}")
    }
  }
}
