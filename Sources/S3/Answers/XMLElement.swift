import CExpat

/// An element of a server's answer: its name without a namespace, its text, and the elements in it.
final class XMLElement {
  let name: String
  fileprivate(set) var text = ""
  fileprivate(set) var children: [XMLElement] = []

  fileprivate init(name: String) { self.name = name }

  /// The text of the first child of that name.
  subscript(name: String) -> String? { children.first { $0.name == name }?.text }

  /// The root of a document; nil where the bytes are no well-formed XML.
  static func parse(_ bytes: [UInt8]) -> XMLElement? {
    let builder = Builder()
    guard let parser = XML_ParserCreate(nil) else { return nil }
    defer { XML_ParserFree(parser) }
    XML_SetUserData(parser, Unmanaged.passUnretained(builder).toOpaque())
    XML_SetElementHandler(
      parser,
      { context, name, _ in
        guard let context, let name else { return }
        Unmanaged<Builder>.fromOpaque(context).takeUnretainedValue().open(String(cString: name))
      },
      { context, _ in
        guard let context else { return }
        Unmanaged<Builder>.fromOpaque(context).takeUnretainedValue().close()
      })
    XML_SetCharacterDataHandler(parser) { context, characters, count in
      guard let context, let characters else { return }
      let bytes = UnsafeRawBufferPointer(start: characters, count: Int(count))
      Unmanaged<Builder>.fromOpaque(context).takeUnretainedValue().add(String(decoding: bytes, as: UTF8.self))
    }
    let status = bytes.withUnsafeBytes { bytes in
      XML_Parse(parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: bytes.count), 1)
    }
    return status == XML_STATUS_OK && bytes.count <= Int(Int32.max) && !builder.isTooDeep ? builder.root : nil
  }

  private final class Builder {
    var root: XMLElement?
    var isTooDeep = false
    private var open: [XMLElement] = []

    /// No answer of a store is as deep.
    private static let deepest = 32

    func open(_ name: String) {
      let element = XMLElement(name: name.lastIndex(of: ":").map { String(name[name.index(after: $0)...]) } ?? name)
      if open.count >= Self.deepest { isTooDeep = true } else { open.last?.children.append(element) }
      root = root ?? element
      open.append(element)
    }

    func close() { open.removeLast() }

    func add(_ text: String) { open.last?.text += text }
  }
}
