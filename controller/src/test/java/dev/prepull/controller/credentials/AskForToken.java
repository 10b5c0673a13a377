package dev.prepull.controller.credentials;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Asks for a token as the controller does, in a process of its own: what a cloud's SDK makes of its
 * environment can be seen only there.
 */
final class AskForToken {

  private static final long PATIENCE_SECONDS = 120;

  private AskForToken() {}

  /** Prints user, password and expiry, or why there are none. */
  public static void main(String[] arguments) throws InterruptedException {
    try {
      CloudToken token = CloudTokenSources.of(CloudRegistry.of(arguments[0]).orElseThrow()).ask();
      System.out.println(token.username() + " " + token.password() + " " + token.expiry());
    } catch (TokenException e) {
      System.out.println(e.getMessage());
    }
  }

  /** What it prints with that environment and none of this process's that clouds know. */
  static String inProcess(String host, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                AskForToken.class.getName(),
                host));
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.matches("(AWS|GOOGLE|GCE|CLOUDSDK|AZURE|JAVA_TOOL)_.*|HOME"));
    builder.environment().put("HOME", "/nonexistent");
    builder.environment().putAll(environment);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    try {
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) ? lastLine(out) : "does not end";
    } finally {
      process.destroyForcibly();
    }
  }

  /** Behind what the SDKs log to standard output. */
  private static String lastLine(String out) {
    return out.strip().lines().reduce("", (_, line) -> line);
  }
}
