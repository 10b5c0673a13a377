package dev.prepull.controller.kube;

import dev.prepull.program.StartupException;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Makes clients of the API server. */
final class KubeClients {

  /** A peer that does not answer a ping is gone, and its watches are opened anew. */
  private static final Duration PING_INTERVAL = Duration.ofSeconds(20);

  private KubeClients() {}

  /**
   * A client with connections of its own.
   *
   * @param kubeconfig null for the way that a Pod reaches its API server
   * @param readTimeout how long the server may be silent; zero for watches
   * @throws StartupException when it is not said how the API server can be reached
   */
  static ApiClient client(@Nullable Path kubeconfig, Duration readTimeout) throws StartupException {
    LenientJson.install();
    try {
      ClientBuilder builder = kubeconfig == null ? ClientBuilder.cluster() : from(kubeconfig);
      return builder.setReadTimeout(readTimeout).setPingInterval(PING_INTERVAL).build();
    } catch (IOException | RuntimeException e) {
      throw new StartupException(
          kubeconfig == null
              ? "Tried to reach the API server as a Pod does but failed: %s. Give --kubeconfig, or --lists-from to run without an API server."
                  .formatted(KubeFailures.describe(e))
              : "Tried to read --kubeconfig %s but failed: %s. Expected a kubeconfig file with a current context."
                  .formatted(kubeconfig, KubeFailures.describe(e)),
          e);
    }
  }

  private static ClientBuilder from(Path kubeconfig) throws IOException {
    try (Reader reader = Files.newBufferedReader(kubeconfig)) {
      KubeConfig config = KubeConfig.loadKubeConfig(reader);
      // Relative paths in it are relative to it.
      config.setFile(kubeconfig.toAbsolutePath().toFile());
      return ClientBuilder.kubeconfig(config);
    }
  }

  static void onVirtualThread(Runnable task) {
    Thread.ofVirtual().name("kube").start(task);
  }
}
