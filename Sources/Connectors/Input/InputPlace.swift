import S3

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Something to be read from its start to its end: a file, standard input, or an object of a store.
public struct InputPlace: Sendable {
  /// What messages and results call it.
  public let name: String
  /// Bytes as they lie there, compressed if they are; nil for pipes and terminals.
  public let size: Int64?
  /// Opens it, decompressed; the check is asked while bytes are waited for.
  public let open: @Sendable (StopCheck?) throws(InputError) -> any ByteInput
  /// Called in place of `open` where nothing more is read, on the thread that would: ends what was begun ahead.
  let leave: @Sendable () -> Void

  /// A file, a named pipe, or standard input (`-`).
  public init(path: String) {
    name = path == "-" ? "standard input" : path
    var status = stat()
    let isFile = path != "-" && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    size = isFile ? Int64(status.st_size) : nil
    open = { stop throws(InputError) in try openInput(path: path, stop: stop) }
    leave = {}
  }

  /// Its bytes, unpacked where gzip or zstd packed them.
  public func bytes() throws(InputError) -> any ByteInput { try open(nil) }

  init(_ feed: ObjectFeed, object number: Int) {
    name = feed.objects[number].name
    size = feed.objects[number].size
    open = { stop throws(InputError) in DetectedInput(try S3Input(feed, object: number, stop: stop)) }
    leave = { feed.halt() }
  }
}

/// The files that the user's words stand for, as ``expandInputs(_:)`` has it, and the objects of `s3://BUCKET/PREFIX`,
/// whose store and keys are those of the environment.
///
/// - Parameters:
///   - stop: asked while a store is waited for.
///   - tell: told, on any thread, where a store fails and is asked again.
public func findInputs(
  _ words: [String], stop: @escaping StopCheck = { false }, tell: @escaping @Sendable (String) -> Void = { _ in }
) throws(InputError) -> [InputPlace] {
  var places: [InputPlace] = []
  for word in words {
    guard word.hasPrefix(S3Place.scheme) else {
      places += try expandInputs([word]).map { InputPlace(path: $0) }
      continue
    }
    guard let place = S3Place(word) else {
      throw InputError(
        .refused, path: word, "cannot read \(word): write s3://BUCKET/PREFIX, with a name of a bucket that can be one")
    }
    do throws(S3Error) {
      places += try findObjects(place, S3Settings(), order: .name, stop: stop, tell: tell)
    } catch {
      let kind: InputError.Kind =
        error.kind == .interrupted ? .interrupted : error.kind == .nothingThere ? .nothingMatches : .refused
      throw InputError(kind, path: word, error.description)
    }
  }
  return places
}

/// The objects of a place in a store, in the order in which they are read.
func findObjects(
  _ place: S3Place, _ settings: S3Settings, order: S3Order, stop: @escaping StopCheck,
  tell: @escaping @Sendable (String) -> Void
) throws(S3Error) -> [InputPlace] {
  let client = S3Client(
    try S3Access(settings, bucket: place.bucket, environment: .process), bucket: place.bucket)
  let objects = try client.list(prefix: place.prefix, order: order, stop: stop, tell: tell)
  let feed = ObjectFeed(objects, client, tell: tell)
  return objects.indices.map { InputPlace(feed, object: $0) }
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
