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

    // Threads, clocks and the calendar.
    .target(name: "Support"),
    .target(name: "JSON"),

    // Positions, findings and how they are printed.
    .target(name: "Diagnostics", dependencies: ["JSON"]),

    // Records, columns, units and the expression language.
    .target(name: "Columns"),
    .target(name: "Expressions", dependencies: ["CKernels", "Diagnostics", "Columns"]),

    // What a component declares of itself.
    .target(name: "Specifications", dependencies: ["JSON", "Diagnostics", "Columns", "Expressions"]),

    // From YAML text to settings that fit a specification.
    .target(name: "Configuration", dependencies: ["CLibYAML", "Diagnostics", "Specifications"]),

    // What a histogram says: its contents, how they are written, read and merged.
    .target(name: "Histograms", dependencies: ["Support", "JSON"]),

    // What runs a chain: decoders, cleansing, the chamber map, groups, windows, histograms and partial results. It knows
    // neither settings nor where they stand in a file.
    .target(
      name: "ChainExecution", dependencies: ["CScan", "CPlugin", "Support", "Columns", "Expressions", "Histograms"]),
    // What checks the settings of a pipeline and builds its chain.
    .target(
      name: "ChainBuilding",
      dependencies: [
        "CPlugin", "Diagnostics", "Columns", "Expressions", "Specifications", "Histograms", "ChainExecution",
      ]),

    // Result messages: how they are written, read and merged.
    .target(
      name: "Results", dependencies: ["Support", "JSON", "Diagnostics", "Columns", "Histograms", "ChainExecution"]),

    // Where rows come from and where results go.
    .target(name: "Simulation"),
    .target(name: "Kafka", dependencies: ["CRdKafka"], linkerSettings: [.unsafeFlags(librdkafka)]),
    .target(name: "S3", dependencies: ["CExpat", "CCurl", "Support"]),
    .target(
      name: "Connectors",
      dependencies: [
        "CZlib", "CZstd", "CScan", "Support", "JSON", "Diagnostics", "Columns", "Specifications", "Histograms",
        "ChainExecution", "Results", "Simulation", "Kafka", "S3",
      ]),

    // What viewers of a live page see: kept windows, totals, the state of the run, other forms and pictures of plots.
    .target(
      name: "Dashboard",
      dependencies: [
        "Support", "JSON", "Diagnostics", "Columns", "Expressions", "Specifications", "Histograms", "Results",
        "Connectors",
      ]),

    // Rows of files or of the simulation as a stream of messages.
    .target(
      name: "Emulation",
      dependencies: ["Support", "Diagnostics", "Columns", "Specifications", "ChainExecution", "Kafka", "Connectors"]),

    // The plan, the threads and the windows.
    .target(
      name: "Runtime",
      dependencies: [
        "Support", "JSON", "Diagnostics", "Columns", "Specifications", "Configuration", "Histograms", "ChainExecution",
        "ChainBuilding", "Results", "Kafka", "Connectors", "Dashboard", "Emulation",
      ]),

    // What helps to write and to read pipelines: files looked at and drafted for, rows shown, chains drawn and compared.
    .target(
      name: "Authoring",
      dependencies: [
        "CScan", "Support", "JSON", "Diagnostics", "Columns", "Expressions", "Specifications", "ChainExecution",
        "Connectors", "Runtime",
      ]),

    // HTTP: the only target that knows SwiftNIO.
    .target(
      name: "WebServer",
      dependencies: [
        "CPage", "Support", "Connectors", "Dashboard", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
      ]),

    // The command line.
    .executableTarget(
      name: "hitmon",
      dependencies: [
        "Support", "Diagnostics", "Columns", "Specifications", "Configuration", "Histograms", "ChainExecution",
        "ChainBuilding", "Results", "Kafka", "Connectors", "Dashboard", "Emulation", "Runtime", "Authoring",
        "WebServer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // The engine's kernels one by one, to be measured; no part of the program.
    .executableTarget(
      name: "EngineBenchmark",
      dependencies: [
        "CScan", "Diagnostics", "Columns", "Expressions", "Specifications", "Configuration", "ChainExecution",
        "ChainBuilding",
      ],
      path: "Benchmarks/Engine"),

    // Reads files and objects and does nothing with them, to be measured; no part of the program.
    .executableTarget(name: "Reader", dependencies: ["Connectors"], path: "Benchmarks/Reader"),

    // Writes rows of the simulated telescope, as input of benchmarks; no part of the program.
    .executableTarget(name: "Telescope", dependencies: ["Simulation"], path: "Benchmarks/Telescope"),

    // Gives inputs that nobody would write to what reads bytes of others; no part of the program.
    .executableTarget(
      name: "EngineFuzz", dependencies: ["JSON", "Diagnostics", "ChainExecution", "Results", "Connectors", "Runtime"],
      path: "Tests/Fuzz/Engine"
    ),

    // What tests of several targets share: pipelines that run inside the test, and what comes of them.
    .target(
      name: "TestSupport",
      dependencies: ["JSON", "Diagnostics", "ChainExecution", "Results", "Simulation", "Connectors", "Runtime"],
      path: "Tests/TestSupport"),

    .testTarget(name: "CScanTests", dependencies: ["CScan"]),
    .testTarget(name: "JSONTests", dependencies: ["JSON"]),
    .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"]),
    .testTarget(name: "SpecificationsTests", dependencies: ["Diagnostics", "Columns", "Specifications"]),
    // Reference has the loops as functions of values, which they are held against.
    .testTarget(name: "ExpressionsTests", dependencies: ["CKernels", "Diagnostics", "Columns", "Expressions"]),
    .testTarget(
      name: "ConfigurationTests", dependencies: ["Diagnostics", "Specifications", "Configuration"], exclude: ["Golden"]),
    .testTarget(
      name: "ChainExecutionTests",
      dependencies: ["Columns", "Histograms", "ChainExecution", "Simulation", "TestSupport"]),
    .testTarget(name: "ChainBuildingTests", dependencies: ["Expressions", "Specifications", "ChainBuilding"]),
    .testTarget(name: "HistogramsTests", dependencies: ["JSON", "Histograms"]),
    .testTarget(name: "SimulationTests", dependencies: ["Simulation"]),
    .testTarget(name: "KafkaTests", dependencies: ["Kafka"]),
    .testTarget(name: "S3Tests", dependencies: ["S3"]),
    .testTarget(
      name: "ResultsTests",
      dependencies: ["Support", "JSON", "Diagnostics", "Histograms", "ChainExecution", "Results", "TestSupport"]),
    .testTarget(
      name: "ConnectorsTests", dependencies: ["ChainExecution", "Results", "Connectors"]),
    .testTarget(
      name: "EmulationTests",
      dependencies: ["Diagnostics", "ChainExecution", "Simulation", "Kafka", "Connectors", "Emulation", "Runtime"]),
    .testTarget(
      name: "RuntimeTests",
      dependencies: ["Histograms", "ChainExecution", "Results", "Simulation", "Connectors", "Runtime", "TestSupport"]),
    // Whole runs against the embedded broker.
    .testTarget(
      name: "KafkaRunTests",
      dependencies: ["ChainExecution", "Results", "Simulation", "Kafka", "Connectors", "Runtime", "TestSupport"]),
    .testTarget(
      name: "DashboardTests",
      dependencies: [
        "Diagnostics", "Specifications", "Histograms", "ChainExecution", "ChainBuilding", "Results", "Connectors",
        "Dashboard", "TestSupport",
      ]),
    // Raw sockets against a server.
    .testTarget(name: "WebServerTests", dependencies: ["Dashboard", "WebServer", "TestSupport"]),
    // Reads README.md and docs/, and runs the program on what they say.
    .testTarget(name: "DocumentationTests", dependencies: ["Diagnostics", "Kafka", "Runtime", "hitmon"]),
    .testTarget(
      name: "LintTests",
      dependencies: ["Diagnostics", "Columns", "Specifications", "Configuration", "Kafka", "Runtime"],
      exclude: ["Golden"]),
    // Whole chains of processes, and the broker of others.
    .testTarget(
      name: "BrokerTests",
      dependencies: ["Simulation", "Kafka", "hitmon", "TestSupport"]),
    .testTarget(name: "AuthoringTests", dependencies: ["Diagnostics", "Simulation", "Runtime", "Authoring"]),
    .testTarget(
      name: "CommandTests", dependencies: ["Diagnostics", "Specifications", "Kafka", "Runtime", "hitmon"],
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
