import CPlugin

/// Whether the program may end. A native library that calls `exit` must not look like a run that has gone well.
package enum NativeExit {
  /// From here on, only the program itself ends it, after ``allow()``.
  package static func refuse() { library_refuse_exit() }

  package static func allow() { library_allow_exit() }
}
