package dev.prepull.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.link.TestCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process: what it exits with, and what it says on the way. */
class ControllerMainTest {

  private static final long PATIENCE_SECONDS = 60;
  private static final Pattern HTTP_PORT = Pattern.compile("HTTP is served port=(\\d+)");

  @TempDir static Path shared;
  private static TestCertificate certificate = new TestCertificate(Path.of(""), Path.of(""));

  @TempDir Path folder;

  /** Flags of a controller that would start. */
  private final Map<String, String> flags = new TreeMap<>();

  /** How a controller ended. */
  private record Ended(int code, String out, String err) {}

  @BeforeAll
  static void makeCertificate() throws Exception {
    certificate = TestCertificate.in(shared);
  }

  @BeforeEach
  void writeFiles() throws IOException {
    flags.put("--lists-from", Files.writeString(folder.resolve("lists.yaml"), "").toString());
    flags.put(
        "--shared-token-file", Files.writeString(folder.resolve("token"), "secret").toString());
    flags.put("--tls-cert", certificate.certificate().toString());
    flags.put("--tls-key", certificate.key().toString());
    flags.put("--link-listen", "127.0.0.1:0");
    flags.put("--http-listen", "127.0.0.1:0");
  }

  private Process start(String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ControllerMain.class.getName()));
    flags.forEach((flag, value) -> command.addAll(List.of(flag, value)));
    command.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("PREPULL_"));
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.redirectError(folder.resolve("err").toFile());
    return builder.start();
  }

  private Ended run(String... more) throws IOException, InterruptedException {
    Process process = start(more);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), out, Files.readString(folder.resolve("err")).strip());
  }

  private static void assertNoStackTrace(Ended ended) {
    assertThat(ended.out() + ended.err()).doesNotContain("\tat ", "Exception in thread");
  }

  @Test
  void exitsWithTwoForAnUnknownFlag() throws Exception {
    Ended ended = run("--list-from", "x");

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).isEqualTo("unknown flag --list-from: see --help");
    assertNoStackTrace(ended);
  }

  @Test
  void exitsWithTwoForFlagsThatExcludeEachOther() throws Exception {
    Ended ended = run("--kubeconfig", "admin.conf");

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err())
        .isEqualTo(
            "--kubeconfig and --lists-from exclude each other: the lists come from one place");
  }

  @Test
  void exitsWithOneForATokenFileThatCannotBeRead() throws Exception {
    flags.put("--shared-token-file", folder.resolve("missing").toString());

    Ended ended = run();

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .startsWith("Tried to read --shared-token-file " + folder.resolve("missing"))
        .hasLineCount(1);
    assertNoStackTrace(ended);
  }

  @Test
  void exitsWithOneForAListsFileThatIsMissing() throws Exception {
    flags.put("--lists-from", folder.resolve("missing").toString());

    Ended ended = run();

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .startsWith("Tried to read --lists-from " + folder.resolve("missing"))
        .hasLineCount(1);
    assertNoStackTrace(ended);
  }

  @Test
  void exitsWithOneForAStateFileWhoseDirectoryIsMissing() throws Exception {
    Path file = folder.resolve("missing/state.json");

    Ended ended = run("--state-file", file.toString());

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .startsWith("Tried to read --state-file " + file + " but failed: ")
        .hasLineCount(1);
    assertNoStackTrace(ended);
  }

  @Test
  void saysOnceThatWithoutAStateFileTheLocksEndWithTheProcess() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      flags.put("--link-listen", "127.0.0.1:" + taken.getLocalPort());

      Ended ended = run();

      assertThat(ended.out()).containsOnlyOnce("Without --state-file the digest locks end with");
    }
  }

  @Test
  void exitsWithOneForAPortThatIsInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (String flag : List.of("--link-listen", "--http-listen")) {
        String before = flags.put(flag, "127.0.0.1:" + taken.getLocalPort());

        Ended ended = run();

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err())
            .startsWith("Tried to listen on 127.0.0.1:" + taken.getLocalPort())
            .contains("Address already in use", flag)
            .hasLineCount(1);
        assertNoStackTrace(ended);
        flags.put(flag, String.valueOf(before));
      }
    }
  }

  @Test
  void exitsWithOneForAWebhookPortThatIsInUseBeforeItAsksToLead() throws Exception {
    Path kubeconfig =
        Files.writeString(
            folder.resolve("kubeconfig"),
            """
            {apiVersion: v1, kind: Config, current-context: a,
             clusters: [{name: a, cluster: {server: "http://127.0.0.1:1"}}],
             contexts: [{name: a, context: {cluster: a}}]}
            """);
    flags.remove("--lists-from");
    flags.put("--kubeconfig", kubeconfig.toString());
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      flags.put("--webhook-listen", "127.0.0.1:" + taken.getLocalPort());

      Ended ended = run();

      assertThat(ended.code()).isEqualTo(1);
      assertThat(ended.err())
          .startsWith("Tried to listen on 127.0.0.1:" + taken.getLocalPort())
          .contains("Address already in use", "--webhook-listen")
          .hasLineCount(1);
      assertNoStackTrace(ended);
    }
  }

  @Test
  void runsUntilItIsAskedToStopAndExitsWithZero() throws Exception {
    Process process = start();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      int port = awaitPort(out);
      URI health = URI.create("http://127.0.0.1:" + port + "/healthz");
      try (HttpClient client = HttpClient.newHttpClient()) {
        HttpRequest request = HttpRequest.newBuilder(health).build();
        assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
      }

      process.destroy();

      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      assertThat(folder.resolve("err")).isEmptyFile();
    } finally {
      process.destroyForcibly();
    }
  }

  private static int awaitPort(BufferedReader out) throws IOException {
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      Matcher port = HTTP_PORT.matcher(line);
      if (port.find()) {
        return Integer.parseInt(port.group(1));
      }
    }
    throw new AssertionError("the controller ended before it served HTTP");
  }
}
