import Simulation

#if canImport(Glibc)
  import Glibc
  private let systemWrite = Glibc.write
#elseif canImport(Musl)
  import Musl
  private let systemWrite = Musl.write
#endif

/// Writes rows of the simulated telescope, with their header, to standard output: `Telescope ROWS [SEED]`.
@main struct TelescopeFile {
  static func main() {
    let numbers = CommandLine.arguments.dropFirst().map { UInt64($0) }
    guard (1...2).contains(numbers.count), let rows = numbers[0], let seed = numbers.count > 1 ? numbers[1] : 1 else {
      write("usage: Telescope ROWS [SEED]\n".utf8, to: 2)
      exit(2)
    }
    var parameters = TelescopeParameters()
    parameters.seed = seed
    var telescope = TelescopeSimulation(parameters)
    var bytes = Array("\(TelescopeRow.csvHeader)\n".utf8)
    for _ in 0..<rows {
      telescope.next().appendCSV(to: &bytes)
      guard bytes.count > 1 << 20 else { continue }
      write(bytes, to: 1)
      bytes.removeAll(keepingCapacity: true)
    }
    write(bytes, to: 1)
  }

  /// Writes all bytes; ends the program where nobody takes them.
  private static func write(_ bytes: some Sequence<UInt8>, to descriptor: Int32) {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else {
        perror("Telescope")
        exit(1)
      }
      rest.removeFirst(count)
    }
  }
}
