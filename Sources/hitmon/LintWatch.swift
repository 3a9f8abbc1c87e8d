import ArgumentParser
import Configuration
import Runtime

/// `hitmon lint --watch`: looks again whenever a file that was read changes, or a plugin appears.
struct LintWatch {
  private let command: LintCommand

  init(_ command: LintCommand) { self.command = command }

  /// Goes on until Ctrl-C.
  func run() throws {
    guard let watch = FileWatch() else {
      printError("files cannot be watched: the system gives no more inotify instances")
      throw ExitCode(2)
    }
    StopSignal.install()
    repeat {
      var outcome = command.look()
      // Watched only now: what changed since it was read would go unnoticed.
      while watch.follow(files: command.pipelines + outcome.files, folders: folders) { outcome = command.look() }
      if Terminal.isInteractive { writeToError("\u{1B}[H\u{1B}[2J\u{1B}[3J") }
      command.show(outcome)
    } while watch.wait(stop: { StopSignal.number != 0 })
    throw ExitCode(128 + StopSignal.number)
  }

  /// Where a plugin that is missing may be put.
  private var folders: [String] {
    command.pipelines.flatMap { path in
      PipelineOptions.plainRequest(path).folders(environment: environmentValue).withSubfolders
    }
  }
}
