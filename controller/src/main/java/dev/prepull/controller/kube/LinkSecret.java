package dev.prepull.controller.kube;

import dev.prepull.controller.tls.CertificateSource;
import dev.prepull.controller.tls.LinkKeys;
import dev.prepull.controller.tls.ServingCertificate;
import dev.prepull.program.StartupException;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The link's certificate in a Secret, made and renewed here, and the authorities that agents trust
 * in a ConfigMap that they mount. A Secret with {@code tls.crt} and {@code tls.key} but without
 * {@code ca.key} is somebody else's, cert-manager's for one: it is served as it is. Several
 * controllers may do this at the same time.
 */
public final class LinkSecret implements CertificateSource {

  private static final int ATTEMPTS = 5;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final String TRUSTED = "ca.crt";

  private static final Logger log = LoggerFactory.getLogger(LinkSecret.class);

  private final CoreV1Api api;
  private final Names names;
  private final Clock clock;
  private final Consumer<String> failures;

  /**
   * What the objects are called.
   *
   * @param server DNS names and IP addresses by which agents know the controller
   */
  public record Names(String namespace, String secret, String configMap, List<String> server) {

    /** Copies the list. */
    public Names {
      server = List.copyOf(server);
    }
  }

  /** What is served, and what is to be trusted; null where nobody here knows. */
  private record Found(ServingCertificate serving, @Nullable String trusted) {}

  /**
   * Keeps it through that client.
   *
   * @param failures is told each failed request
   */
  LinkSecret(CoreV1Api api, Names names, Clock clock, Consumer<String> failures) {
    this.api = api;
    this.names = names;
    this.clock = clock;
    this.failures = failures;
  }

  /** Makes it where there is none, and renews it when its time has come. */
  @Override
  public ServingCertificate read() throws StartupException {
    try {
      return ensure();
    } catch (ApiException | GeneralSecurityException e) {
      failures.accept("keep link certificate");
      throw new StartupException(
          "Tried to keep the link's certificate in Secret %1$s/%2$s and ConfigMap %1$s/%3$s but failed: %4$s. %5$s"
              .formatted(
                  names.namespace(),
                  names.secret(),
                  names.configMap(),
                  KubeFailures.describe(e),
                  e instanceof GeneralSecurityException
                      ? "Delete the Secret's data, and it is made anew."
                      : KubeFailures.advice(e)),
          e);
    }
  }

  private ServingCertificate ensure() throws ApiException, GeneralSecurityException {
    Found found = found(ATTEMPTS);
    if (found.trusted() != null) {
      publish(found.trusted(), ATTEMPTS);
    }
    return found.serving();
  }

  private Found found(int attempts) throws ApiException, GeneralSecurityException {
    V1Secret secret =
        absentIfNotFound(
            () -> api.readNamespacedSecret(names.secret(), names.namespace()).execute());
    Map<String, byte[]> data =
        secret == null || secret.getData() == null ? Map.of() : secret.getData();
    String source = "Secret %s/%s".formatted(names.namespace(), names.secret());
    if (!data.isEmpty() && !data.containsKey("ca.key")) {
      return ofOthers(data, source);
    }
    LinkKeys kept = data.isEmpty() ? null : LinkKeys.of(data);
    LinkKeys keys =
        kept == null
            ? LinkKeys.make(names.server(), clock.instant())
            : kept.renewed(names.server(), clock.instant());
    if (keys != kept) {
      try {
        write(secret, keys);
        log.atInfo().addKeyValue("secret", names.secret()).log("The link has a new certificate");
      } catch (ApiException e) {
        if (e.getCode() == CONFLICT && attempts > 1) {
          // Another controller was faster.
          return found(attempts - 1);
        }
        throw e;
      }
    }
    return new Found(keys.serving(source), keys.trusted());
  }

  private static Found ofOthers(Map<String, byte[]> data, String source)
      throws GeneralSecurityException {
    byte[] certificate = data.get("tls.crt");
    byte[] key = data.get("tls.key");
    if (certificate == null || key == null) {
      throw new GeneralSecurityException(
          "it has data but neither ca.key, as this controller makes it, nor both tls.crt and tls.key");
    }
    byte[] trusted = data.get(TRUSTED);
    return new Found(
        new ServingCertificate(text(certificate), text(key), source),
        trusted == null ? null : text(trusted));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private void write(@Nullable V1Secret before, LinkKeys keys) throws ApiException {
    if (before == null) {
      var _ =
          api.createNamespacedSecret(
                  names.namespace(),
                  new V1Secret()
                      .metadata(metadata(names.secret()))
                      .type("Opaque")
                      .data(keys.data()))
              .execute();
    } else {
      var _ =
          api.replaceNamespacedSecret(names.secret(), names.namespace(), before.data(keys.data()))
              .execute();
    }
  }

  private void publish(String trusted, int attempts) throws ApiException {
    V1ConfigMap before =
        absentIfNotFound(
            () -> api.readNamespacedConfigMap(names.configMap(), names.namespace()).execute());
    Map<String, String> data = Map.of(TRUSTED, trusted);
    if (before != null && data.equals(before.getData())) {
      return;
    }
    try {
      if (before == null) {
        var _ =
            api.createNamespacedConfigMap(
                    names.namespace(),
                    new V1ConfigMap().metadata(metadata(names.configMap())).data(data))
                .execute();
      } else {
        var _ =
            api.replaceNamespacedConfigMap(names.configMap(), names.namespace(), before.data(data))
                .execute();
      }
    } catch (ApiException e) {
      if (e.getCode() != CONFLICT || attempts == 1) {
        throw e;
      }
      publish(trusted, attempts - 1);
    }
  }

  private V1ObjectMeta metadata(String name) {
    return new V1ObjectMeta()
        .name(name)
        .namespace(names.namespace())
        .putLabelsItem("app.kubernetes.io/managed-by", "prepull-controller");
  }

  @FunctionalInterface
  private interface Call<T> {
    T execute() throws ApiException;
  }

  private static <T> @Nullable T absentIfNotFound(Call<T> call) throws ApiException {
    try {
      return call.execute();
    } catch (ApiException e) {
      if (e.getCode() == NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }
}
