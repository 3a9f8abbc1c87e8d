import Diagnostics
import S3
import Specifications

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Something to be read from its start to its end: a file, standard input, or an object of a store.
package struct InputPlace: Sendable {
  /// What messages and results call it.
  package let name: String
  /// Bytes as they lie there, compressed if they are; nil for pipes and terminals.
  package let size: Int64?
  /// The file, `-` for standard input; nil for an object.
  package let path: String?
  /// Opens it, decompressed; the check is asked while bytes are waited for.
  package let open: @Sendable (StopCheck?) throws(InputError) -> any ByteInput
  /// Called in place of `open` where nothing more is read, on the thread that would: ends what was begun ahead.
  let leave: @Sendable () -> Void

  private let objectAlone: (@Sendable () -> InputPlace)?

  /// The same place, read alone: the objects behind it are not fetched ahead.
  var alone: InputPlace { objectAlone?() ?? self }

  /// A file, a named pipe, or standard input (`-`).
  package init(path: String) {
    name = path == "-" ? "standard input" : path
    var status = stat()
    let isFile = path != "-" && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    size = isFile ? Int64(status.st_size) : nil
    self.path = path
    open = { stop throws(InputError) in try openInput(path: path, stop: stop) }
    leave = {}
    objectAlone = nil
  }

  /// Its bytes, unpacked where gzip or zstd packed them.
  package func bytes() throws(InputError) -> any ByteInput { try open(nil) }

  init(_ feed: ObjectFeed, object number: Int) {
    name = feed.objects[number].name
    size = feed.objects[number].size
    path = nil
    open = { stop throws(InputError) in DetectedInput(try S3Input(feed, object: number, stop: stop)) }
    leave = { feed.halt() }
    objectAlone = { InputPlace(ObjectFeed([feed.objects[number]], feed.client, tell: feed.tell), object: 0) }
  }
}

/// The files that the user's words stand for, as ``expandInputs(_:)`` has it, and the objects of `s3://BUCKET/PREFIX`,
/// whose store and keys are those of the environment.
///
/// - Parameters:
///   - stop: asked while a store is waited for.
///   - tell: told, on any thread, where a store fails and is asked again.
package func findInputs(
  _ words: [String], stop: @escaping StopCheck = { false }, tell: @escaping @Sendable (String) -> Void = { _ in }
) throws(InputError) -> [InputPlace] {
  try findInputs(words, S3Settings(), order: .name, stop: stop, tell: tell)
}

/// The same with the store and the keys of a declared source; without words, the files or objects that it reads itself.
package func findInputs(
  _ words: [String], of source: Settings, stop: @escaping StopCheck = { false },
  tell: @escaping @Sendable (String) -> Void = { _ in }
) throws(InputError) -> [InputPlace] {
  guard let (place, store, order) = S3Keys.read(source) else {
    let paths = words.isEmpty ? (source[FileSourceKeys.path] ?? []).compactMap { $0.text?.text } : words
    return try findInputs(paths, stop: stop, tell: tell)
  }
  if !words.isEmpty { return try findInputs(words, store, order: order, stop: stop, tell: tell) }
  do throws(S3Error) { return try findObjects([place], store, order: order, stop: stop, tell: tell) } catch {
    throw InputError(error, listing: place.name)
  }
}

private func findInputs(
  _ words: [String], _ store: S3Settings, order: S3Order, stop: @escaping StopCheck,
  tell: @escaping @Sendable (String) -> Void
) throws(InputError) -> [InputPlace] {
  var found: [InputPlace] = []
  // Places of one bucket that follow on one another are asked for, and read, over the same connections.
  var places: [S3Place] = []
  func takePlaces() throws(InputError) {
    guard let first = places.first else { return }
    do throws(S3Error) { found += try findObjects(places, store, order: order, stop: stop, tell: tell) } catch {
      throw InputError(error, listing: first.name)
    }
    places = []
  }
  for word in words {
    guard word.hasPrefix(S3Place.scheme) else {
      try takePlaces()
      for path in try expandInputs([word]) {
        // Before anything is counted, and before results take the place of others.
        guard path == "-" || access(path, R_OK) == 0 else { throw .system("open", path, code: errno) }
        found.append(InputPlace(path: path))
      }
      continue
    }
    guard let place = S3Place(word) else {
      throw InputError(
        .refused, path: word, "cannot read \(word): write s3://BUCKET/PREFIX, with a name of a bucket that can be one")
    }
    if let last = places.last, last.bucket != place.bucket { try takePlaces() }
    places.append(place)
  }
  try takePlaces()
  return found
}

/// The objects of places in one bucket of a store, in the order in which they are read.
func findObjects(
  _ places: [S3Place], _ settings: S3Settings, order: S3Order, stop: @escaping StopCheck,
  tell: @escaping @Sendable (String) -> Void
) throws(S3Error) -> [InputPlace] {
  guard let bucket = places.first?.bucket else { return [] }
  let client = S3Client(try S3Access(settings, bucket: bucket, environment: .process), bucket: bucket)
  let objects = try client.list(prefixes: places.map(\.prefix), order: order, stop: stop, tell: tell)
  let feed = ObjectFeed(objects, client, tell: tell)
  return objects.indices.map { InputPlace(feed, object: $0) }
}

extension InputError {
  fileprivate init(_ error: S3Error, listing name: String) {
    let kind: InputError.Kind =
      error.kind == .interrupted ? .interrupted : error.kind == .nothingThere ? .nothingMatches : .refused
    self.init(kind, path: name, error.description)
  }
}

extension S3Environment {
  /// The variables and files that this process sees.
  static let process = S3Environment(
    variable: { name in getenv(name).map { String(cString: $0) } },
    file: { path in
      guard let input = try? FileInput(path: path) else { return nil }
      var bytes = [UInt8](repeating: 0, count: 1 << 20)
      var count = 0
      while count < bytes.count,
        let more = try? bytes.withUnsafeMutableBytes({ try input.read(into: .init(rebasing: $0[count...])) }), more > 0
      {
        count += more
      }
      return String(decoding: bytes[..<count], as: UTF8.self)
    })
}
