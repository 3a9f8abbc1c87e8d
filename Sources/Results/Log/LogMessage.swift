/// A message of a log of results, for readers that must know which messages count.
package enum LogMessage: Sendable, Equatable {
  case result(ResultHead)
  case claim(ClaimMessage)

  /// Nil if it is neither.
  package init?(reading message: UnsafeRawBufferPointer) {
    if let head = try? ResultHead(reading: message) {
      self = .result(head)
    } else if let claim = try? ClaimMessage(reading: message) {
      self = .claim(claim)
    } else {
      return nil
    }
  }

  package var pipeline: String {
    switch self {
    case .result(let head): head.pipeline
    case .claim(let message): message.pipeline
    }
  }

  package var run: String {
    switch self {
    case .result(let head): head.run
    case .claim(let message): message.run
    }
  }
}
