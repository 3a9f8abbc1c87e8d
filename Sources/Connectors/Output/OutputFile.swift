#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that a command writes: the one place that opens, locks, replaces and removes them.
///
/// Making one checks all that can be checked and changes nothing. What the file holds stays whole until the first bytes that
/// take its place are written: they go to a draft beside it, which takes the file's name in one step (`publish`). No other
/// program of this kind writes to the file meanwhile. Where the file is not there it is made at once, empty, so that others
/// see that it is taken; if nothing is ever written because the command cannot begin, it goes again.
///
/// Links are followed: what they lead to is replaced, not the link. Pipes, devices and standard output take bytes as they
/// come.
package final class OutputFile {
  package enum Manner: Sendable {
    /// Whole parts, one behind the other: the first of them replaces what the file holds.
    case parts
    /// Under its name there is nothing but the whole file.
    case whole
    /// Parts behind what the file holds.
    case appended
  }

  /// What people call it.
  package let name: String
  private let manner: Manner
  /// Where links lead to.
  private(set) var path = ""
  /// Whether it is a file, and neither a pipe nor a device.
  private(set) var isFile = false
  /// Where bytes go; below 0 while there is no draft yet.
  private(set) var descriptor: Int32 = -1
  private var ownsDescriptor = false
  /// What the file was before, locked; below 0 where nothing is to be replaced.
  private var replaced: Int32 = -1
  /// The name of the draft, until it has the file's.
  private var draft: String?
  private var wasMade = false
  private var hasBegun = false
  private var hasEnded = false

  /// Opens and locks it. Throws a sentence where it cannot be written, or where `uses` has another use for it.
  package init(_ path: String, _ manner: Manner, uses: FileUses) throws(ConnectorError) {
    name = path == "-" ? "standard output" : path
    self.manner = manner
    switch try OutputPlace(path, name: name) {
    case .descriptor(let number):
      descriptor = number
      try uses.take(FileIdentity(descriptor: number), name: name)
    case .stream:
      descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw .writing(name, errno) }
      ownsDescriptor = true
      try uses.take(FileIdentity(descriptor: descriptor), name: name)
    case .file(let end):
      self.path = end
      isFile = true
      try openFile(uses)
    }
  }

  deinit {
    // Nothing was to come of it: the command could not begin.
    if wasMade, !hasBegun, !hasEnded, FileIdentity(name: path) == FileIdentity(descriptor: descriptor) { unlink(path) }
    try? finish()
  }

  /// Whether the file still holds what it held before.
  package var isAsItWas: Bool { replaced >= 0 }

  // MARK: Opening

  private func openFile(_ uses: FileUses) throws(ConnectorError) {
    let flags = (manner == .appended ? O_RDWR : O_WRONLY) | O_APPEND | O_CLOEXEC | O_NOFOLLOW
    // Again where another program has just put a new file in the place of the one that was opened.
    while true {
      var isNew = false
      var opened = open(path, flags)
      if opened < 0, errno == ENOENT {
        if manner == .whole { return try makeDraft(uses) }
        opened = open(path, flags | O_CREAT | O_EXCL, 0o666)
        isNew = opened >= 0
        if opened < 0, errno == EEXIST { continue }
      }
      guard opened >= 0 else { throw .writing(name, errno) }
      if try isTaken(opened, at: path, uses) {
        (descriptor, ownsDescriptor, wasMade) = (opened, true, isNew)
        break
      }
    }
    guard manner != .appended, size(of: descriptor) > 0 || manner == .whole else { return }
    (replaced, descriptor) = (descriptor, -1)
    if manner == .whole { try makeDraft(uses) }
  }

  /// Takes an open file for this command alone; false, and closed, where its name leads to another by now.
  private func isTaken(_ opened: Int32, at path: String, _ uses: FileUses?) throws(ConnectorError) -> Bool {
    var isTaken = false
    defer { if !isTaken { closeDescriptor(opened) } }
    let identity = FileIdentity(descriptor: opened)
    try uses?.take(identity, name: name)
    while flock(opened, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      // File systems without locks, such as some of networks, are used without.
      guard errno == EWOULDBLOCK else { break }
      throw ConnectorError("cannot write \(name): another program writes to it now")
    }
    isTaken = FileIdentity(name: path) == identity
    return isTaken
  }

  /// Hidden, so that a folder or a pattern that is read holds no drafts. There is one for each file: what a command
  /// that was killed has left is used again.
  private var draftPath: String {
    let folder = OutputPlace.folder(of: path)
    let name = path.utf8.dropFirst(folder.utf8.count)
    return "\(folder).\(String(decoding: name.prefix(240), as: UTF8.self)).draft"
  }

  private func makeDraft(_ uses: FileUses?) throws(ConnectorError) {
    let draft = draftPath
    let flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW
    while true {
      var opened = open(draft, flags | O_CREAT | O_EXCL, 0o666)
      if opened < 0, errno == EEXIST {
        opened = open(draft, flags | O_NONBLOCK)
        if opened < 0, errno == ENOENT { continue }
        guard opened >= 0, isOwnDraft(opened) else {
          if opened >= 0 { closeDescriptor(opened) }
          throw ConnectorError("cannot write \(name): \(draft) is in the way; remove it")
        }
      }
      guard opened >= 0 else { throw .writing(name, errno) }
      guard try isTaken(opened, at: draft, uses) else { continue }
      descriptor = opened
      break
    }
    self.draft = draft
    ownsDescriptor = true
    guard ftruncate(descriptor, 0) == 0 else { throw .writing(name, errno) }
    var status = stat()
    guard replaced >= 0, fstat(replaced, &status) == 0 else { return }
    // The users who could read or write the file still can. Only root may give a file away.
    if fchown(descriptor, status.st_uid, status.st_gid) != 0 { _ = fchown(descriptor, uid_t.max, status.st_gid) }
    _ = fchmod(descriptor, status.st_mode & 0o7777)
  }

  /// Whether a draft is one that a command of this user has left, and not what somebody else has put there.
  private func isOwnDraft(_ opened: Int32) -> Bool {
    var status = stat()
    return fstat(opened, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_uid == geteuid()
      && status.st_nlink == 1
  }

  // MARK: Writing

  /// Writes a part, wholly or not at all as far as the system allows.
  package func append(_ parts: [UnsafeRawBufferPointer]) throws(ConnectorError) {
    if !hasBegun { try begin() }
    var status = stat()
    if isFile, fstat(descriptor, &status) == 0, status.st_nlink == 0 {
      throw ConnectorError("cannot write \(name): somebody has removed it since the start")
    }
    guard let code = writeAll(parts, to: descriptor) else {
      hasBegun = true
      return
    }
    // The disk was full in the middle: what is behind must not begin in the middle of a line.
    if isFile { ftruncate(descriptor, status.st_size) }
    throw .writing(name, code)
  }

  package func append(_ bytes: [UInt8]) throws(ConnectorError) {
    let failure = bytes.withUnsafeBytes { bytes in
      Result { () throws(ConnectorError) in try append([bytes]) }
    }
    try failure.get()
  }

  private func begin() throws(ConnectorError) {
    guard descriptor < 0 else { return }
    if access(folder, W_OK | X_OK) == 0 { return try makeDraft(nil) }
    try writeInPlace()
  }

  private var folder: String {
    let folder = OutputPlace.folder(of: path)
    return folder.isEmpty ? "." : folder
  }

  /// Where the folder takes no new file, or the file must stay the one that it is.
  private func writeInPlace() throws(ConnectorError) {
    guard ftruncate(replaced, 0) == 0 else { throw .writing(name, errno) }
    (descriptor, replaced, ownsDescriptor) = (replaced, -1, true)
  }

  /// Gives the file its name, in the place of what it was. Does nothing where it has it.
  package func publish() throws(ConnectorError) {
    guard let draft else { return }
    if replaced >= 0 {
      // A machine that stops now must not leave an empty file in the place of a whole one.
      guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else { throw .writing(name, errno) }
    }
    let found = FileIdentity(name: path)
    guard found == nil || found == FileIdentity(descriptor: replaced) else {
      self.draft = nil
      throw ConnectorError("cannot write \(name): another file has taken its place; what was written is \(draft)")
    }
    if rename(draft, path) == 0 {
      self.draft = nil
      if replaced >= 0 { closeDescriptor(replaced) }
      replaced = -1
      return
    }
    // A file that is mounted by itself, and one of somebody else in a folder such as /tmp, cannot be replaced.
    guard replaced >= 0, [EBUSY, EXDEV, EPERM, EACCES].contains(errno) else { throw .writing(name, errno) }
    try copyInPlace(draft)
  }

  private func copyInPlace(_ draft: String) throws(ConnectorError) {
    let source = descriptor
    try writeInPlace()
    defer { closeDescriptor(source) }
    var block = [UInt8](repeating: 0, count: 1 << 18)
    var offset: off_t = 0
    while true {
      let count = pread(source, &block, block.count, offset)
      if count < 0, errno == EINTR { continue }
      let failure = count < 0 ? errno : block[..<max(0, count)].withUnsafeBytes { writeAll([$0], to: descriptor) }
      if let failure {
        self.draft = nil
        throw ConnectorError("cannot write \(name): \(systemWords(for: failure)); what was written is \(draft)")
      }
      offset += off_t(count)
      if count == 0 { break }
    }
    unlink(draft)
    self.draft = nil
  }

  /// Ends. What was not published is gone, and the file as it was.
  package func finish() throws(ConnectorError) {
    guard !hasEnded else { return }
    hasEnded = true
    if let draft { unlink(draft) }
    draft = nil
    if replaced >= 0 { closeDescriptor(replaced) }
    // Some file systems say only here that there was no room.
    guard ownsDescriptor, descriptor >= 0, close(descriptor) != 0, errno != EINTR else { return }
    throw .writing(name, errno)
  }
}

private func size(of descriptor: Int32) -> Int64 {
  var status = stat()
  return fstat(descriptor, &status) == 0 ? Int64(status.st_size) : 0
}

private func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }
