import CPlugin
import Columns

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A library of decoders and functions in machine code. It stays loaded until the program ends.
///
/// Unchecked `Sendable`: what its pointer leads to never changes.
package final class NativeLibrary: @unchecked Sendable {
  /// The name of its file.
  package let name: String
  package let path: String
  private let plugin: UnsafePointer<hitmon_plugin>

  private init(path: String, plugin: UnsafePointer<hitmon_plugin>) {
    self.path = path
    self.plugin = plugin
    name = Self.name(of: path)
  }

  package static func name(of path: String) -> String { String(path.split(separator: "/").last ?? "") }

  package var decoders: [UnsafePointer<hitmon_decoder>] {
    (0..<plugin.pointee.decoder_count).map { plugin.pointee.decoders + $0 }
  }

  package var functions: [UnsafePointer<hitmon_function>] {
    (0..<plugin.pointee.function_count).map { plugin.pointee.functions + $0 }
  }

  /// How long loading one may take, in milliseconds.
  private static let patience: Int32 = 10_000

  /// Loads it, in a child process first: one that crashes must be an error at the line that names it.
  package static func load(_ path: String) throws(NativeLibraryError) -> NativeLibrary {
    if let problem = NativeUse(path: path).problem() { throw NativeLibraryError(message: problem) }
    var words = [CChar](repeating: 0, count: 512)
    guard let plugin = library_load(path, &words, words.count) else {
      throw NativeLibraryError(message: text(words))
    }
    let library = NativeLibrary(path: path, plugin: plugin)
    let columns =
      library.decoders.flatMap { nativeColumns($0.pointee.columns, $0.pointee.column_count) }
      + library.functions.flatMap {
        nativeColumns($0.pointee.inputs, $0.pointee.input_count) + [$0.pointee.output]
      }
    if let problem = columns.lazy.compactMap(\.problem).first ?? library.problem {
      throw NativeLibraryError(message: problem)
    }
    return library
  }

  /// What is wrong with what it says of itself.
  private var problem: String? {
    if decoders.isEmpty, functions.isEmpty { return "has no decoder and no function" }
    for decoder in decoders where decoder.pointee.name == nil || decoder.pointee.decode == nil {
      return "has a decoder without a name, or without `decode`"
    }
    for decoder in decoders where decoder.pointee.column_count == 0 {
      return "has a decoder without columns: `\(string(decoder.pointee.name))`"
    }
    for function in functions where function.pointee.name == nil || function.pointee.evaluate == nil {
      return "has a function without a name, or without `evaluate`"
    }
    return nil
  }

  /// What a C text in an array says.
  static func text(_ words: [CChar]) -> String {
    String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// A library cannot be used.
package struct NativeLibraryError: Error, Sendable {
  /// What goes on after its name: "has no decoder and no function".
  package let message: String
}

/// A library with one of its parts and the settings of that, to be tried.
package struct NativeUse {
  let path: String
  var decoder: String?
  var function: String?
  var settings: [(key: String, value: String)] = []

  package init(
    path: String, decoder: String? = nil, function: String? = nil, settings: [(key: String, value: String)] = []
  ) {
    self.path = path
    self.decoder = decoder
    self.function = function
    self.settings = settings
  }

  /// What goes wrong when it is loaded and opened; nil where nothing does.
  package func problem() -> String? {
    withSettings(settings) { all, count in
      withOptional(decoder) { decoder in
        withOptional(function) { function in
          path.withCString { path in
            var use = library_use(
              path: path, decoder: decoder, function: function, settings: all, setting_count: count)
            var words = [CChar](repeating: 0, count: 512)
            return library_try(&use, 10_000, &words, words.count) == 0 ? nil : NativeLibrary.text(words)
          }
        }
      }
    }
  }

  private func withOptional<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
  }
}

/// Settings as C has them, for the time of a call.
func withSettings<Result>(
  _ settings: [(key: String, value: String)], _ body: (UnsafePointer<hitmon_setting>?, Int) -> Result
) -> Result {
  var texts: [UnsafeMutablePointer<CChar>] = []
  for text in settings.flatMap({ [$0.key, $0.value] }) {
    guard let copy = strdup(text) else { preconditionFailure("there is no memory for a setting") }
    texts.append(copy)
  }
  defer { for text in texts { free(text) } }
  let all = settings.indices.map { hitmon_setting(key: texts[2 * $0], value: texts[2 * $0 + 1]) }
  return all.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
}

package func string(_ text: UnsafePointer<CChar>?) -> String { text.map { String(cString: $0) } ?? "" }

func nativeColumns(_ columns: UnsafePointer<hitmon_column>?, _ count: Int) -> [hitmon_column] {
  guard let columns else { return [] }
  return (0..<count).map { columns[$0] }
}

extension hitmon_column {
  package var columnName: String { string(name) }
  private var unitText: String { string(unit) }
  package var columnUnit: Unit { unitText.isEmpty ? .none : Unit.parse(unitText) ?? .none }

  /// As a library has its values in memory.
  package var lane: Lane {
    switch type {
    case HITMON_I32.rawValue: .int32
    case HITMON_I64.rawValue: .int64
    case HITMON_F64.rawValue: .float64
    default: .flag
    }
  }

  /// What is wrong with it.
  var problem: String? {
    guard name != nil, !columnName.isEmpty else { return "has a column without a name" }
    guard (HITMON_I32.rawValue...HITMON_BOOL.rawValue).contains(type) else {
      return "has a column `\(columnName)` of the unknown type \(type)"
    }
    guard unitText.isEmpty || Unit.parse(unitText) != nil else {
      return "has a column `\(columnName)` of the unknown unit `\(unitText)`"
    }
    return low <= high ? nil : "has a column `\(columnName)` from \(low) to \(high)"
  }

  /// The type that hitmon knows it by. A float may always be unknown: it may be NaN.
  package var valueType: ValueType {
    let isFree = low == 0 && high == 0
    let narrow = Int64(Int32.min) + 1...Int64(Int32.max)
    switch lane {
    case .int32:
      return .integer(
        isFree ? narrow : (low...high).clamped(to: narrow), unit: columnUnit, mayBeUnknown: may_be_unknown != 0)
    case .int64:
      return .integer(isFree ? ValueType.widest : low...high, unit: columnUnit, mayBeUnknown: may_be_unknown != 0)
    case .float64: return .float(unit: columnUnit, mayBeUnknown: true)
    case .flag: return .boolean(mayBeUnknown: may_be_unknown != 0)
    }
  }

  /// For `explain`.
  package var typeName: String {
    switch lane {
    case .int32: "i32"
    case .int64: "i64"
    case .float64: "f64"
    case .flag: "bool"
    }
  }
}
