package dev.prepull.e2e.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/**
 * AWS on the loopback address, as far as moto emulates it. It is installed from PyPI when it is not
 * there yet, and kept between runs.
 *
 * @see <a href="https://docs.getmoto.org/en/latest/docs/server_mode.html">moto's server mode</a>
 */
public final class Moto implements AutoCloseable {

  /** The account that it plays unless a role names another one. */
  public static final String ACCOUNT = "123456789012";

  private static final String VERSION = "5.2.5";

  private final Path webIdentity;
  private final int port = Ports.free();
  private final Daemon daemon;

  private Moto(Workspace workspace) {
    this.webIdentity = workspace.file("aws/web-identity-token", "the token of a ServiceAccount");
    this.daemon =
        Daemon.start(
                "moto",
                workspace.newFile("aws/log"),
                Map.of(),
                List.of(
                    installed().resolve("bin/python").toString(),
                    "-m",
                    "moto.server",
                    "-H",
                    "127.0.0.1",
                    "-p",
                    Integer.toString(port)))
            .awaitReady(this::answers);
  }

  /** Starts it. */
  public static Moto start(Workspace workspace) {
    return workspace.add(new Moto(workspace));
  }

  private boolean answers() throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      return socket.isConnected();
    }
  }

  private static synchronized Path installed() {
    Path target = Machine.cache().resolve("moto-" + VERSION);
    if (!Files.exists(target)) {
      Path part = target.resolveSibling(target.getFileName() + ".part");
      Workspace.delete(part);
      try {
        Files.createDirectories(target.getParent());
        var _ = Commands.run(List.of("python3", "-m", "venv", part.toString()));
        var _ =
            Commands.run(
                List.of(
                    part.resolve("bin/python").toString(),
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "moto==" + VERSION,
                    "flask",
                    "flask-cors"));
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return target;
  }

  /** What a Pod of EKS finds in its environment when its ServiceAccount stands for a role. */
  public Map<String, String> roleForServiceAccount() {
    return Map.of(
        "AWS_ENDPOINT_URL",
        "http://127.0.0.1:" + port,
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        webIdentity.toString(),
        "AWS_ROLE_ARN",
        "arn:aws:iam::%s:role/prepull".formatted(ACCOUNT),
        "AWS_REGION",
        "us-east-2");
  }

  /** The host of the account's registry in a region. */
  public static String registry(String region) {
    return "%s.dkr.ecr.%s.amazonaws.com".formatted(ACCOUNT, region);
  }

  /** The password that it gives for that registry. */
  public static String password() {
    return ACCOUNT + "-auth-token";
  }

  /** What it was asked. */
  public String log() {
    return daemon.log();
  }

  @Override
  public void close() {
    daemon.close();
  }
}
