package dev.prepull.controller.kube;

import dev.prepull.controller.tls.CertificateSource;
import dev.prepull.controller.tls.ServingCertificate;
import dev.prepull.program.StartupException;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The link's certificate as {@link LinkSecret} keeps it in the controller that leads. It is only
 * read here, so that a controller which does not lead may show it too.
 */
public final class SecretCertificate implements CertificateSource, AutoCloseable {

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

  private final ApiClient client;
  private final String namespace;
  private final String secret;

  /** Reads it through that client, which is closed with this. */
  SecretCertificate(ApiClient client, String namespace, String secret) {
    this.client = client;
    this.namespace = namespace;
    this.secret = secret;
  }

  /**
   * Asks for nothing yet.
   *
   * @param kubeconfig null for the way that a Pod reaches the API server
   * @throws StartupException when it is not said how the API server can be reached
   */
  public static SecretCertificate of(@Nullable Path kubeconfig, String namespace, String secret)
      throws StartupException {
    return new SecretCertificate(
        KubeClients.client(kubeconfig, REQUEST_TIMEOUT), namespace, secret);
  }

  @Override
  public ServingCertificate read() throws StartupException {
    try {
      V1Secret found = new CoreV1Api(client).readNamespacedSecret(secret, namespace).execute();
      Map<String, byte[]> data = found.getData() == null ? Map.of() : found.getData();
      byte[] chain = data.get("tls.crt");
      byte[] key = data.get("tls.key");
      if (chain == null || key == null) {
        throw new StartupException(
            "Tried to read the certificate in Secret %s/%s but it has none. The controller that leads makes it."
                .formatted(namespace, secret));
      }
      return new ServingCertificate(
          text(chain), text(key), "Secret %s/%s".formatted(namespace, secret));
    } catch (ApiException e) {
      throw new StartupException(
          "Tried to read the certificate in Secret %s/%s but failed: %s. %s"
              .formatted(namespace, secret, KubeFailures.describe(e), KubeFailures.advice(e)),
          e);
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    client.getHttpClient().dispatcher().executorService().shutdownNow();
    client.getHttpClient().connectionPool().evictAll();
  }
}
