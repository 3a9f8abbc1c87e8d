// swift-tools-version: 6.1
import PackageDescription

// Where a program looks for a librdkafka newer than the system's, as seen from its own folder, which comes first (the
// wheel has it there). `make install` puts one into lib/hitmon, and scripts/setup into .librdkafka, three folders up from
// .build/TRIPLE/CONFIGURATION. Where there is none, the system's is used.
let librdkafka = ["$ORIGIN/../lib/hitmon", "$ORIGIN/../../../.librdkafka"].flatMap {
  ["-Xlinker", "-rpath", "-Xlinker", $0]
}

// Each target knows only the targets listed before it; the order below is the order of the layers.
let package = Package(
  name: "hitmon",
  products: [.executable(name: "hitmon", targets: ["hitmon"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
  ],
  targets: [
    // System libraries and C.
    .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
    .systemLibrary(name: "CRdKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
    .target(name: "CScan"),
    // The loops of expressions.
    .target(name: "CKernels"),
    // The header of native plugins, and what starts programs and tries libraries.
    .target(name: "CPlugin"),
    // libcurl, which is loaded when it is needed.
    .target(name: "CCurl"),
    // The files of the live page, which page.c embeds.
    .target(name: "CPage", exclude: ["page"]),

    // Positions, findings and how they are printed.
    .target(name: "Diagnostics"),

    // Records, columns, units and the expression language.
    .target(name: "Columns"),
    .target(name: "Expressions", dependencies: ["CKernels", "Columns", "Diagnostics"]),

    // What a component declares of itself, and the operators that do so.
    .target(name: "Specifications", dependencies: ["Columns", "Diagnostics", "Expressions"]),
    .target(
      name: "Operators", dependencies: ["CPlugin", "CScan", "Columns", "Diagnostics", "Expressions", "Specifications"]),

    // From YAML text to a checked pipeline.
    .target(name: "Configuration", dependencies: ["CLibYAML", "Diagnostics", "Specifications"]),

    // Where rows come from and where results go.
    .target(name: "Simulation"),
    .target(name: "Kafka", dependencies: ["CRdKafka"], linkerSettings: [.unsafeFlags(librdkafka)]),
    .target(name: "S3", dependencies: ["CCurl", "CExpat"]),
    .target(
      name: "Connectors",
      dependencies: [
        "CScan", "CZlib", "CZstd", "Columns", "Diagnostics", "Kafka", "S3", "Specifications", "Operators",
        "Simulation",
      ]),

    // What viewers of a live page see: kept windows, totals, the state of the run, other forms and pictures of plots.
    .target(
      name: "Dashboard",
      dependencies: ["Columns", "Diagnostics", "Expressions", "Specifications", "Operators", "Connectors"]),

    // Rows of files or of the simulation as a stream of messages.
    .target(
      name: "Emulation",
      dependencies: ["Columns", "Diagnostics", "Specifications", "Operators", "Simulation", "Connectors", "Kafka"]),

    // The plan, the threads and the windows.
    .target(
      name: "Runtime",
      dependencies: ["Columns", "Operators", "Configuration", "Connectors", "Dashboard", "Emulation"]),

    // What helps to write and to read pipelines: files looked at and drafted for, rows shown, chains drawn and compared.
    .target(
      name: "Authoring",
      dependencies: [
        "CScan", "Columns", "Configuration", "Connectors", "Diagnostics", "Expressions", "Operators", "Runtime",
        "Specifications",
      ]),

    // HTTP: the only target that knows SwiftNIO.
    .target(
      name: "WebServer",
      dependencies: [
        "CPage", "Connectors", "Dashboard", "Diagnostics", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
      ]),

    // The command line.
    .executableTarget(
      name: "hitmon",
      dependencies: [
        "Authoring", "Columns", "Configuration", "Connectors", "Dashboard", "Emulation", "Kafka", "Runtime",
        "WebServer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // The engine's kernels one by one, to be measured; no part of the program.
    .executableTarget(
      name: "Kernels",
      dependencies: ["CScan", "Columns", "Diagnostics", "Expressions", "Specifications", "Operators", "Configuration"],
      path: "Benchmarks/Engine"),

    // Reads files and objects and does nothing with them, to be measured; no part of the program.
    .executableTarget(name: "Reader", dependencies: ["Connectors"], path: "Benchmarks/Reader"),

    // Gives inputs that nobody would write to what reads bytes of others; no part of the program.
    .executableTarget(
      name: "EngineFuzz", dependencies: ["Connectors", "Diagnostics", "Operators", "Runtime"], path: "Tests/Fuzz/Engine"
    ),

    .testTarget(name: "ScanTests", dependencies: ["CScan"]),
    .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"]),
    // Reference has the loops as functions of values, which they are held against.
    .testTarget(name: "ExpressionsTests", dependencies: ["CKernels", "Expressions"]),
    .testTarget(name: "YAMLTests", dependencies: ["Configuration"], exclude: ["Golden"]),
    .testTarget(name: "SimulationTests", dependencies: ["Simulation"]),
    .testTarget(name: "KafkaTests", dependencies: ["Kafka"]),
    .testTarget(name: "S3Tests", dependencies: ["S3"]),
    .testTarget(name: "InputTests", dependencies: ["Connectors"]),
    .testTarget(name: "EmulationTests", dependencies: ["Emulation", "Kafka", "Runtime", "Simulation"]),
    .testTarget(name: "RuntimeTests", dependencies: ["Runtime", "Simulation"]),
    // Whole runs against the embedded broker; Support is that of RuntimeTests.
    .testTarget(name: "KafkaRunTests", dependencies: ["Kafka", "Runtime", "Simulation"]),
    .testTarget(
      name: "DashboardTests",
      dependencies: ["Connectors", "Dashboard", "Diagnostics", "Operators", "Specifications"]),
    // Raw sockets against a server; Messages is that of DashboardTests.
    .testTarget(name: "WebServerTests", dependencies: ["Dashboard", "WebServer"]),
    // Reads README.md and docs/, and runs the program on what they say.
    .testTarget(name: "DocumentationTests", dependencies: ["Diagnostics", "Kafka", "Runtime", "hitmon"]),
    .testTarget(
      name: "LintTests", dependencies: ["Columns", "Configuration", "Diagnostics", "Kafka", "Runtime"],
      exclude: ["Golden"]),
    // Whole chains of processes, and the broker of others; Support is that of RuntimeTests.
    .testTarget(name: "BrokerTests", dependencies: ["Kafka", "Runtime", "Simulation", "hitmon"]),
    .testTarget(name: "AuthoringTests", dependencies: ["Authoring", "Diagnostics", "Runtime", "Simulation"]),
    .testTarget(
      name: "CommandTests", dependencies: ["Diagnostics", "Kafka", "Runtime", "Specifications", "hitmon"],
      exclude: ["Golden"]),
  ]
)

// What a file uses it imports itself, and `any` says where a value is of a protocol: both will be rules of the language.
for target in package.targets where [.regular, .executable, .test].contains(target.type) {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("ExistentialAny"),
    ]
}

// `make races` looks at what runs on several threads. The targets below these are left out: the compiler (6.3) fails at
// ThreadSanitizer with errors of a given type.
if Context.environment["HITMON_RACES"] != nil {
  let threaded = ["Connectors", "Runtime", "WebServer", "Dashboard"]
  for target in package.targets where threaded.contains(target.name) || target.type == .test {
    target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(["-sanitize=thread"])]
    target.linkerSettings = (target.linkerSettings ?? []) + [.unsafeFlags(["-sanitize=thread"])]
  }
}
