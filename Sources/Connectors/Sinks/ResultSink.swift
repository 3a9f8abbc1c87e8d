import Diagnostics
import Specifications

/// Where results go. One thread at a time uses a sink.
public protocol ResultSink: AnyObject {
  /// What messages call it.
  var name: String { get }
  /// Takes one result message, a JSON object without a line end.
  func write(_ message: UnsafeRawBufferPointer) throws
  /// Hands on what is held back, and ends.
  func close() throws
}

/// A sink of the registry: what it declares of itself, and how it is made from checked settings.
public struct SinkComponent: Sendable {
  public let specification: Specification
  let open: @Sendable (Settings) throws -> any ResultSink

  /// Every sink. A new one is a file beside these and its line here.
  public static let all: [SinkComponent] = [file]

  public static func open(_ settings: Settings) throws -> any ResultSink {
    guard let component = all.first(where: { $0.specification.name == settings.specification.name }) else {
      throw ConnectorError("there is no sink `\(settings.specification.name)`")
    }
    return try component.open(settings)
  }
}
