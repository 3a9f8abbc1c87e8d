import CPlugin

/// Whether the program may end. A native library that calls `exit` must not look like a run that has gone well.
public enum NativeExit {
  /// From here on, only the program itself ends it, after ``allow()``.
  public static func refuse() { library_refuse_exit() }

  public static func allow() { library_allow_exit() }
}
