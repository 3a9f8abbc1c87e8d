import Foundation
import Testing

/// Sample files with products that another program computed. They lie beside the package or in `$HITMON_SHARED`, on
/// machines that have them.
package enum SharedData {
  package static let folder =
    ProcessInfo.processInfo.environment["HITMON_SHARED"]
    ?? URL(fileURLWithPath: Job.packageRoot).deletingLastPathComponent().appendingPathComponent("shared").path

  package static func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  package static func path(_ name: String) -> String { "\(folder)/data/\(name)" }

  package static func expected(_ name: String) throws -> ExpectedProducts {
    try ExpectedProducts(contentsOf: URL(fileURLWithPath: "\(folder)/expected/\(name).json"))
  }

  package static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  package static let telescope = "telescope/telescope_200k.txt"
  package static let floats = "telescope/telescope_float_2k.txt"
  package static let headmix = "minidt_mapd_headmix/data_000000.txt"
  package static let run333 = "minidt_run333_txt/data_000637.txt"
  package static let run333Raw = "minidt_run333_dat/data_000637.dat"
}

extension Trait where Self == ConditionTrait {
  /// Skips a test, by name, where the sample file is not there.
  package static func needs(_ name: String) -> Self {
    .enabled("the sample data \(name) are not beside the package") { SharedData.has(name) }
  }
}
