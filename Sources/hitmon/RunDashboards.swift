import Connectors
import Dashboard
import Diagnostics
import Runtime
import Specifications
import Synchronization
import WebServer

/// The pages that a run serves: those that the pipeline declares as sinks, as the command line changes them.
final class RunDashboards: Sendable {
  private struct Place {
    var host = DashboardKeys.host.standard
    var port = Int(DashboardKeys.port.standard)
    var windows = Int(DashboardKeys.keep.standard)

    init() {}

    init(_ settings: Settings) {
      host = settings[DashboardKeys.host]
      port = Int(settings[DashboardKeys.port])
      windows = Int(settings[DashboardKeys.keep])
    }
  }

  private let pipeline: String
  private let places: [Place]
  private let keepOpen: Bool
  private let servers = Mutex<[(server: WebServer, store: DashboardStore)]>([])

  /// `port` takes the place of that of the first page, and makes one where the pipeline declares none.
  init(_ pipeline: Pipeline, port: Int?, isWanted: Bool, keepOpen: Bool) {
    self.pipeline = pipeline.declaration.name.text
    self.keepOpen = keepOpen
    var places = isWanted ? pipeline.declaration.sinks.filter(SinkComponent.isDashboard).map { Place($0) } : []
    if isWanted, places.isEmpty, port != nil || keepOpen { places = [Place()] }
    if let port, !places.isEmpty { places[0].port = port }
    self.places = places
  }

  /// Begins to serve. Throws a sentence for the user where that fails.
  func open(acknowledge: @escaping @Sendable (Int) -> Void) throws -> [any ResultSink] {
    try places.map { place in
      var options = DashboardStore.Options(origin: .run)
      options.pipeline = pipeline
      options.windows = place.windows
      options.version = programVersion
      let store = DashboardStore(options)
      let server = try serve(
        store, host: place.host, port: place.port,
        otherwise: "set `port` of the sink `dashboard`, or give --port (0 takes any that is free) or --no-dashboard")
      servers.withLock { $0.append((server, store)) }
      return DashboardSink(store, name: server.address, acknowledge: acknowledge)
    }
  }

  var addresses: [String] { servers.withLock { $0.map(\.server.address) } }

  func note(_ progress: RunProgress) {
    guard let lag = progress.lag else { return }
    for store in servers.withLock({ $0.map(\.store) }) { store.note(lagRows: lag.rows, seconds: lag.seconds) }
  }

  /// Shows viewers what they should know; nil takes it back.
  func note(_ sentence: String?) {
    for store in servers.withLock({ $0.map(\.store) }) { store.note(sentence) }
  }

  /// Serves on after the input's end, until Ctrl-C.
  func stayOpen(tell: (String) -> Void) {
    let servers = servers.withLock { $0 }
    guard !servers.isEmpty, StopSignal.number == 0 else { return }
    for (_, store) in servers { store.set(.finished) }
    tell("the input has ended; still at \(addresses.joined(separator: ", ")) until Ctrl-C")
    StopSignal.wait()
  }

  /// Tells viewers that the run is over, and ends.
  func close() {
    let servers = servers.withLock { servers in
      defer { servers = [] }
      return servers
    }
    for (server, store) in servers {
      store.set(.finished)
      server.close()
    }
  }
}

/// Serves a page; throws a sentence that ends with what to do otherwise where its port is taken.
func serve(_ store: DashboardStore, host: String, port: Int, otherwise: String) throws -> WebServer {
  do throws(WebServerError) {
    return try WebServer(store, host: host, port: port)
  } catch {
    switch error {
    case .portTaken: throw ConnectorError("port \(port) of \(host) is taken: \(otherwise)")
    case .failed(let reason): throw ConnectorError("the dashboard cannot listen at \(host), port \(port): \(reason)")
    }
  }
}
