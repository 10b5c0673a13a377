package dev.prepull.e2e.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/**
 * A program as its image holds it: a small Java runtime made by jlink, the jars, the JVM's flags
 * and Netty's native library, all below one directory that the program sees as {@value #HOME}.
 *
 * @param name {@code agent} or {@code controller}
 * @param directory what is to be seen as {@value #HOME}
 * @param architecture in Go's words
 */
public record DeployedProgram(String name, Path directory, String architecture) {

  /** Where the program is in its image. */
  public static final String HOME = "/opt/prepull";

  /** Of every file, in the image as here; the JVM compares them with those in the AOT cache. */
  public static final Instant MODIFIED = Instant.ofEpochSecond(1);

  private static final String SHOW =
      """
      mount -t tmpfs none /opt && mkdir %1$s && mount --bind "$1" %1$s && shift && exec "$@"\
      """
          .formatted(HOME);

  /**
   * Makes it anew for this machine, from the module's jars.
   *
   * @param module where {@code target/prepull-NAME.jar} and {@code src/main/jvm} are
   */
  public static DeployedProgram make(
      String name, Path module, Path directory, List<String> moreJlinkFlags) {
    DeployedProgram program =
        new DeployedProgram(name, directory.toAbsolutePath(), Machine.ARCHITECTURE);
    program.fill(module, moreJlinkFlags);
    return program;
  }

  /**
   * As {@link #make(String, Path, Path, List)}, for a machine of another kind.
   *
   * @param jmods the modules of a JDK for it, of the version of the one that runs this
   */
  public static DeployedProgram cross(
      String name, Path module, Path directory, String architecture, Path jmods) {
    DeployedProgram program = new DeployedProgram(name, directory.toAbsolutePath(), architecture);
    program.fill(module, List.of("--module-path", jmods.toString()));
    return program;
  }

  private void fill(Path module, List<String> jlinkFlags) {
    Workspace.delete(directory);
    try {
      Files.createDirectories(directory);
      List<String> jlink =
          new ArrayList<>(
              List.of(
                  Path.of(Machine.java()).resolveSibling("jlink").toString(),
                  "@" + module.resolve("src/main/jvm/" + name + ".jlink"),
                  "--output",
                  directory.resolve("jre").toString()));
      jlink.addAll(jlinkFlags);
      var _ = Commands.run(jlink);
      dropSymbols();
      String jar = "prepull-" + name + ".jar";
      Files.copy(module.resolve("target").resolve(jar), directory.resolve(jar));
      Files.copy(
          module.resolve("src/main/jvm/" + name + ".jvmargs"),
          directory.resolve(name + ".jvmargs"));
      Files.copy(module.resolve("target/bom.json"), directory.resolve("sbom.cdx.json"));
      Path lib = Files.createDirectory(directory.resolve("lib"));
      try (Stream<Path> jars = Files.list(module.resolve("target/lib"))) {
        for (Path library : jars.toList()) {
          Files.copy(library, lib.resolve(String.valueOf(library.getFileName())));
        }
      }
      addNatives(lib);
      setTimes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Some JDKs have symbols for debuggers in their modules. */
  private void dropSymbols() {
    var _ =
        Commands.run(
            List.of(
                "find", directory.resolve("jre").toString(), "-name", "*.debuginfo", "-delete"));
  }

  /** Netty would write its library to /tmp at each start, and there may be none. */
  private void addNatives(Path lib) throws IOException {
    String kind = architecture.equals("arm64") ? "aarch_64" : "x86_64";
    Path natives = Files.createDirectory(directory.resolve("native"));
    try (Stream<Path> jars = Files.list(lib)) {
      for (Path jar : jars.filter(path -> path.toString().endsWith(kind + ".jar")).toList()) {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
          for (var entry :
              zip.stream()
                  .filter(file -> file.getName().matches("META-INF/native/.*\\.so"))
                  .toList()) {
            Files.copy(
                zip.getInputStream(entry),
                natives.resolve(String.valueOf(Path.of(entry.getName()).getFileName())));
          }
        }
      }
    }
  }

  /** Sets the times of all files, so that an image of the same content is the same image. */
  public void setTimes() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, FileTime.from(MODIFIED));
      }
    }
  }

  /** Where the program keeps what the JVM has recorded of a training run. */
  public Path aotCache() {
    return directory.resolve(name + ".aot");
  }

  /** What the image runs. */
  public List<String> entrypoint() {
    return command(
        Files.exists(aotCache())
            ? List.of("-XX:AOTCache=" + HOME + "/" + name + ".aot")
            : List.of());
  }

  private List<String> command(List<String> aot) {
    List<String> command =
        new ArrayList<>(List.of(HOME + "/jre/bin/java", "@" + HOME + "/" + name + ".jvmargs"));
    command.addAll(aot);
    command.addAll(List.of("-jar", HOME + "/prepull-" + name + ".jar"));
    return command;
  }

  /** How to start it on this machine, which shows it the directory where its image has it. */
  public List<String> launcher() {
    return here(entrypoint());
  }

  /** How to start a run whose end writes the AOT cache. */
  public List<String> training() {
    return here(command(List.of("-XX:AOTCacheOutput=" + HOME + "/" + name + ".aot")));
  }

  private List<String> here(List<String> command) {
    List<String> shown =
        new ArrayList<>(
            List.of(
                "unshare",
                "--mount",
                "--propagation",
                "private",
                "/bin/sh",
                "-c",
                SHOW,
                "sh",
                directory.toString()));
    shown.addAll(command);
    return shown;
  }
}
