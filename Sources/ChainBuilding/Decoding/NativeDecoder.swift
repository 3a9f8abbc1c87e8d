import CPlugin
import ChainExecution
import Columns
import Diagnostics
import Specifications

private enum NativeRecordKeys {
  static let decoder = TypedKey.text("decoder", "The decoder; may be left out where the libraries have only one.")
  static let settings = TypedKey.mapping("settings", key: .identifier, value: .text, "What the decoder is told.")
}

extension DecoderComponent {
  static let native = DecoderComponent(
    specification: Specification(
      kind: .decoder, name: "native",
      summary: "Records that a library in machine code decodes: an unpacker that there is already.",
      details: """
        The library is one of `native:`. What a record is, lines or a fixed number of bytes, and its fields with their types
        and units are what the library says; docs/native.md explains how to make one.
        """,
      keys: [
        Key("format", .choice(["native"]), required: true, "Names the format."),
        NativeRecordKeys.decoder, NativeRecordKeys.settings,
      ] + commonKeys,
      example: "record: {format: native, decoder: straws}"),
    make: { settings, findings, libraries in
      let all = libraries.flatMap { library in library.decoders.map { (library, $0) } }
      let names = all.map { string($0.1.pointee.name) }
      let wanted = settings[NativeRecordKeys.decoder]
      // A library that could not be loaded was reported.
      guard let own = libraries.isEmpty ? nil : all else {
        if libraries.isEmpty, !findings.hasErrors {
          findings.error(
            .nativeLibrary, "no library is named that could decode records", at: settings.span,
            hint: "name it: `native: libstraws.so`")
        }
        return nil
      }
      guard
        let found = own.first(where: { wanted == nil || string($0.1.pointee.name) == wanted?.text }),
        wanted != nil || own.count == 1
      else {
        findings.error(
          .nativeLibrary,
          wanted.map { "no library has a decoder `\($0.written)`" }
            ?? (own.isEmpty ? "the libraries have no decoder" : "there are several decoders"),
          at: wanted?.span ?? settings.span,
          hint: own.isEmpty
            ? nil
            : wanted.flatMap { suggestion(for: $0.text, from: names) }.map { "did you mean `\($0)`?" }
              ?? "there \(names.count == 1 ? "is" : "are") \(alternatives(names, and: true))")
        return nil
      }
      let given = (settings[NativeRecordKeys.settings] ?? []).compactMap { key, value in
        value.text.map { (key: key.text, value: $0.text) }
      }
      let (library, decoder) = found
      let name = string(decoder.pointee.name)
      if let problem = NativeUse(path: library.path, decoder: name, settings: given).problem() {
        ChainBuilder.report(problem, of: library.name, at: settings.span, findings: findings)
        return nil
      }
      let span = wanted?.span ?? settings.span
      let format = NativeFormat(
        library: library, decoder: decoder.pointee, settings: given,
        place: "\(span.source.name):\(span.start.line)")
      return DeclaredFormat(format, names: format.fields.map { LocatedText($0.name, at: span) })
    })
}
