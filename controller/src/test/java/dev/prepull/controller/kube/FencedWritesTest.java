package dev.prepull.controller.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who leads no more reads on, and writes nothing. */
class FencedWritesTest {

  private final FakeApiServer server;
  private final CoreV1Api api;
  private volatile boolean leading = true;

  FencedWritesTest() throws IOException {
    server = new FakeApiServer();
    ApiClient client = server.client();
    client.setHttpClient(
        client
            .getHttpClient()
            .newBuilder()
            .addNetworkInterceptor(new FencedWrites(() -> leading))
            .build());
    api = new CoreV1Api(client);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private V1ConfigMap write(String name) throws ApiException {
    return api.createNamespacedConfigMap(
            FakeApiServer.NAMESPACE, new V1ConfigMap().metadata(new V1ObjectMeta().name(name)))
        .execute();
  }

  @Test
  void stopsEveryWriteButNoReadOnceLeadershipIsLost() throws Exception {
    var _ = write("first");

    leading = false;

    assertThatThrownBy(() -> write("second"))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("this controller leads no more");
    assertThat(api.readNamespacedConfigMap("first", FakeApiServer.NAMESPACE).execute()).isNotNull();
    assertThat(server.configMaps).containsOnlyKeys("first");
  }
}
