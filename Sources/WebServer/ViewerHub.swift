import Dashboard
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// All connections, and the pages among them that watch the run. Used on the event loop, but for ``wake()``.
///
/// Each page is told what is newest, as soon as it has read what it was told before: there is no queue for anyone.
final class ViewerHub: @unchecked Sendable {
  /// A page that watches.
  private final class Viewer {
    let channel: any Channel
    /// The newest window that it was told.
    var window = -1
    var viewVersion = -1
    var status = -1
    /// Since when it has not read what it was told.
    var blockedSince: NIODeadline?

    init(_ channel: any Channel) { self.channel = channel }
  }

  private let store: DashboardStore
  private let loop: any EventLoop
  private let limits: WebServer.Limits
  private var viewers: [ObjectIdentifier: Viewer] = [:]
  private var connections = 0
  private let ledger: Ledger
  /// What is newest, and the events made of it, for all viewers that need them.
  private var newest: DashboardStore.Newest
  private var events = Events()
  /// Counts what was said of the run's state.
  private var tick = 0
  private var nextUpdate = NIODeadline.uptimeNanoseconds(0)
  private var beat: RepeatedTask?
  /// An update is on its way.
  private let isAwake = Atomic(false)
  /// The event loop takes work from other threads.
  private let isOpen = Mutex(true)

  /// An event, as all pages that are told it share it.
  private struct Event {
    let bytes: ByteBuffer
    let entry: Ledger.Entry
  }

  private struct Events {
    var window: Event?
    var total: Event?
    var view: Event?
    var status: Event?
  }

  /// Pages are not told more often: where windows come faster, they see some of them.
  private static let leastPause = TimeAmount.milliseconds(50)
  private static let mostPause = TimeAmount.seconds(1)
  /// How much longer a pause is than the telling before it: many viewers of large windows are told less often, so that
  /// they cost the run a few percent of a core at most.
  private static let pauseForTelling = 40

  init(_ store: DashboardStore, loop: any EventLoop, limits: WebServer.Limits, ledger: Ledger) {
    self.store = store
    self.loop = loop
    self.limits = limits
    self.ledger = ledger
    newest = store.newest
  }

  /// Begins to tell pages at least once a second how the run is.
  func begin() {
    loop.execute { [self] in
      let beat = loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [weak self] _ in
        self?.heartbeat()
      }
      self.beat = beat
    }
  }

  /// Something is new; called on any thread.
  func wake() {
    guard !isAwake.exchange(true, ordering: .acquiringAndReleasing) else { return }
    isOpen.withLock {
      guard $0 else { return }
      loop.execute { [self] in
        if nextUpdate <= .now() {
          update()
        } else {
          loop.scheduleTask(deadline: nextUpdate) { [weak self] in self?.update() }
        }
      }
    }
  }

  /// From here on, nobody wakes it any more; called on any thread.
  func sleep() { isOpen.withLock { $0 = false } }

  /// Says the last there is to say.
  func end() {
    beat?.cancel()
    update()
    for viewer in viewers.values {
      viewer.channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
    }
  }

  // MARK: Connections

  /// Counts a connection; false where there are too many.
  func join(_ channel: any Channel) -> Bool {
    guard connections < limits.connections else { return false }
    connections += 1
    let id = ObjectIdentifier(channel)
    channel.closeFuture.whenComplete { [self] _ in
      connections -= 1
      viewers[id] = nil
    }
    return true
  }

  var viewerCount: Int { viewers.count }
  var hasRoom: Bool { viewers.count < limits.viewers }

  /// A page begins to watch: it is told everything at once.
  func add(_ channel: any Channel) {
    let viewer = Viewer(channel)
    viewers[ObjectIdentifier(channel)] = viewer
    channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: "retry: 1000\n\n"))), promise: nil)
    refresh()
    events.status = nil
    tick += 1
    tell(viewer)
  }

  /// A page has read what it was told.
  func resume(_ channel: any Channel) {
    guard let viewer = viewers[ObjectIdentifier(channel)] else { return }
    viewer.blockedSince = nil
    tell(viewer)
  }

  // MARK: Telling

  private func update() {
    isAwake.store(false, ordering: .releasing)
    let start = NIODeadline.now()
    refresh()
    tellAll()
    let end = NIODeadline.now()
    nextUpdate = end + min(max((end - start) * Self.pauseForTelling, Self.leastPause), Self.mostPause)
  }

  private func heartbeat() {
    let now = NIODeadline.now()
    for viewer in viewers.values {
      guard let since = viewer.blockedSince, now - since > .seconds(limits.readSeconds) else { continue }
      viewer.channel.close(promise: nil)
    }
    tellAll()
  }

  private func refresh() {
    let old = (newest.number, newest.viewVersion)
    newest = store.newest
    if newest.number != old.0 { (events.window, events.total) = (nil, nil) }
    if newest.viewVersion != old.1 { events.view = nil }
  }

  private func tellAll() {
    tick += 1
    events.status = nil
    for viewer in viewers.values { tell(viewer) }
  }

  private func tell(_ viewer: Viewer) {
    guard viewer.channel.isWritable else {
      viewer.blockedSince = viewer.blockedSince ?? .now()
      return
    }
    if viewer.viewVersion != newest.viewVersion {
      write(event(\.view, "view") { newest.view }, to: viewer)
      viewer.viewVersion = newest.viewVersion
    }
    if viewer.window != newest.number, let window = newest.window {
      // A viewer who missed a window gets the total of all, this one included.
      if viewer.window != newest.number - 1 || newest.beginsAnew {
        write(event(\.total, "total") { newest.totalMessage }, to: viewer)
      }
      write(event(\.window, "window") { window }, to: viewer)
      viewer.window = newest.number
    }
    if viewer.status != tick {
      write(event(\.status, "status") { store.status(viewers: viewers.count) }, to: viewer)
      viewer.status = tick
    }
    viewer.channel.flush()
    if !viewer.channel.isWritable { viewer.blockedSince = viewer.blockedSince ?? .now() }
  }

  private func write(_ event: Event, to viewer: Viewer) {
    let read = loop.makePromise(of: Void.self)
    let entry = event.entry
    read.futureResult.whenComplete { _ in withExtendedLifetime(entry) {} }
    viewer.channel.write(HTTPServerResponsePart.body(.byteBuffer(event.bytes)), promise: read)
  }

  /// An event, made once for all viewers.
  private func event(
    _ place: WritableKeyPath<Events, Event?>, _ name: String, _ data: () -> [UInt8]
  ) -> Event {
    if let event = events[keyPath: place] { return event }
    let data = data()
    var bytes = ByteBuffer()
    bytes.reserveCapacity(data.count + 64)
    bytes.writeString("event: \(name)\nid: \(newest.number)\ndata: ")
    bytes.writeBytes(data)
    bytes.writeString("\n\n")
    let event = Event(bytes: bytes, entry: enter(bytes.storageCapacity))
    events[keyPath: place] = event
    return event
  }
  /// Notes an event. Pages that have not read for the longest hold what nobody else needs: where there is too much, they
  /// are let go, and come again.
  private func enter(_ bytes: Int) -> Ledger.Entry {
    var waiting = viewers.values.compactMap { viewer in viewer.blockedSince.map { (viewer, since: $0) } }
      .sorted { $0.since > $1.since }.map(\.0)
    while true {
      if let entry = ledger.enter(bytes) { return entry }
      guard let slowest = waiting.popLast() else { return ledger.enter(anyway: bytes) }
      slowest.channel.close(promise: nil)
    }
  }
}
