import ArgumentParser

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The engines that move rows while this program counts them: the Python package starts them.
enum ExternalEngine {
  /// The module and its arguments for an engine; nil for what is none.
  static func arguments(_ engine: String) -> (module: String, arguments: [String])? {
    switch engine {
    case "local-spark": ("hitmon.spark", ["--master", "local[*]"])
    case "local-dask": ("hitmon.dask", [])
    case _ where engine.hasPrefix("spark://"): ("hitmon.spark", ["--master", engine])
    case _ where engine.hasPrefix("dask://"): ("hitmon.dask", ["--scheduler", "tcp://\(engine.dropFirst(7))"])
    default: nil
    }
  }

  /// Becomes the engine's driver; comes back only where that cannot be started, with a sentence for the user.
  static func start(_ engine: String, _ arguments: [String]) -> String {
    guard let (module, own) = Self.arguments(engine) else {
      return "there is no engine `\(engine)`: spark://HOST:PORT, local-spark, dask://HOST:PORT or local-dask"
    }
    let program = executablePath() ?? "hitmon"
    setenv("HITMON", program, 1)
    if let folder = packageFolder(program) {
      let others = environmentValue("PYTHONPATH").map { ":" + $0 } ?? ""
      setenv("PYTHONPATH", folder + others, 1)
    }
    let python = environmentValue("HITMON_PYTHON") ?? "python3"
    let needed = module == "hitmon.spark" ? "pyspark" : "distributed"
    guard run([python, "-c", "import hitmon, \(needed)"]) else {
      let extra = module == "hitmon.spark" ? "spark" : "dask"
      return
        "\(python) has not all that the engine needs: pip install 'hitmon[\(extra)]', or name another with HITMON_PYTHON"
    }
    let words = [python, "-m", module] + arguments + own
    var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    pointers.append(nil)
    execvp(words[0], pointers)
    return "cannot start \(python): \(String(cString: strerror(errno)))"
  }

  /// Where the Python package lies beside the program, built or installed; nil where it does not.
  private static func packageFolder(_ program: String) -> String? {
    var folder = program[...]
    while let slash = folder.lastIndex(of: "/") {
      folder = folder[..<slash]
      for name in ["python", "share/hitmon/python"] {
        let path = "\(folder)/\(name)"
        if access("\(path)/hitmon/kernel.py", R_OK) == 0 { return path }
      }
    }
    return nil
  }

  /// Whether a command ends well; what it prints is nobody's business.
  private static func run(_ words: [String]) -> Bool {
    let child = spawn(words)
    guard child > 0 else { return false }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 { if errno != EINTR { return false } }
    return status == 0
  }

  private static func spawn(_ words: [String]) -> pid_t {
    var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor: Int32 in [1, 2] { posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0) }
    var child: pid_t = 0
    return posix_spawnp(&child, words[0], &actions, nil, pointers, environ) == 0 ? child : -1
  }
}
