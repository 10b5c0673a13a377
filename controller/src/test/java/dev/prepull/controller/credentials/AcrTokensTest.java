package dev.prepull.controller.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.util.Configuration;
import com.azure.core.util.ConfigurationBuilder;
import dev.prepull.controller.credentials.FakeCloud.Request;
import dev.prepull.controller.credentials.FakeCloud.Response;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Azure's SDK against Entra, the metadata service and a registry as Microsoft documents them. */
class AcrTokensTest {

  private static final String HOST = "example.azurecr.io";
  private static final String TENANT = "11111111-2222-3333-4444-555555555555";
  private static final Instant EXPIRY = Instant.parse("2030-01-02T03:04:05Z");
  private static final String ENTRA = jwt("{\"tid\": \"%s\", \"exp\": 1}".formatted(TENANT));
  private static final String REFRESH = jwt("{\"exp\": %d}".formatted(EXPIRY.getEpochSecond()));
  private static final String LOGIN = "POST /%s/oauth2/v2.0/token".formatted(TENANT);
  private static final String METADATA = "GET /metadata/identity/oauth2/token";
  private static final String EXCHANGE = "POST /oauth2/exchange";

  private FakeCloud azure;

  @TempDir Path folder;

  @BeforeEach
  void start() throws Exception {
    azure =
        FakeCloud.start()
            .on(LOGIN, entraToken())
            .on(METADATA, entraToken())
            .on(EXCHANGE, "{\"refresh_token\": \"%s\"}".formatted(REFRESH))
            .on("GET /common/discovery/instance", discovery());
  }

  @AfterEach
  void stop() {
    azure.close();
  }

  private static String jwt(String claims) {
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    return "%s.%s.c2ln"
        .formatted(
            encoder.encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8)),
            encoder.encodeToString(claims.getBytes(StandardCharsets.UTF_8)));
  }

  private static String entraToken() {
    return """
    {"token_type": "Bearer", "expires_in": "3599", "ext_expires_in": 3599,
     "expires_on": "%d", "resource": "https://containerregistry.azure.net", "access_token": "%s"}
    """
        .formatted(EXPIRY.getEpochSecond(), ENTRA);
  }

  private static String discovery() {
    return """
    {"tenant_discovery_endpoint": "https://login.microsoftonline.com/%s/v2.0/.well-known/openid-configuration",
     "api-version": "1.1",
     "metadata": [{"preferred_network": "login.microsoftonline.com",
                   "preferred_cache": "login.windows.net",
                   "aliases": ["login.microsoftonline.com", "login.windows.net"]}]}
    """
        .formatted(TENANT);
  }

  /** Takes every request to the fake, and says there whom it was meant for. */
  private HttpClient redirected(HttpClient client) {
    return (HttpClient)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {HttpClient.class},
            (_, method, arguments) -> {
              arguments[0] = redirected((HttpRequest) arguments[0]);
              return method.invoke(client, arguments);
            });
  }

  private HttpRequest redirected(HttpRequest request) {
    String meant = request.getUrl().getProtocol() + "://" + request.getUrl().getAuthority();
    return request
        .copy()
        .setHeader(HttpHeaderName.fromString("X-Meant-For"), meant)
        .setUrl(azure.url() + request.getUrl().getFile());
  }

  private CloudToken ask(Map<String, String> environment) throws TokenException {
    Configuration built =
        new ConfigurationBuilder(_ -> Map.of(), _ -> Map.of(), _ -> environment).build();
    HttpClient client = new JdkHttpClientBuilder().build();
    return new AcrTokens(HOST, redirected(client), built).ask();
  }

  private Map<String, String> servicePrincipal() {
    return Map.of(
        "AZURE_TENANT_ID", TENANT, "AZURE_CLIENT_ID", "prepull", "AZURE_CLIENT_SECRET", "s3cret");
  }

  private void assertExchanged(CloudToken token) {
    assertThat(token)
        .isEqualTo(new CloudToken("00000000-0000-0000-0000-000000000000", REFRESH, EXPIRY));
    Request exchange = azure.requests(EXCHANGE).getFirst();
    assertThat(exchange.host()).isEqualTo("https://" + HOST);
    assertThat(exchange.field("grant_type")).isEqualTo("access_token");
    assertThat(exchange.field("service")).isEqualTo(HOST);
    assertThat(exchange.field("tenant")).isEqualTo(TENANT);
    assertThat(exchange.field("access_token")).isEqualTo(ENTRA);
  }

  @Test
  void aServicePrincipalIsEnough() throws Exception {
    assertExchanged(ask(servicePrincipal()));

    Request login = azure.requests(LOGIN).getFirst();
    assertThat(login.host()).isEqualTo("https://login.microsoftonline.com");
    assertThat(login.field("scope")).contains("https://containerregistry.azure.net/.default");
    assertThat(login.field("client_secret")).isEqualTo("s3cret");
  }

  @Test
  void aWorkloadIdentityIsEnough() throws Exception {
    Path file = Files.writeString(folder.resolve("token"), "the-service-account");

    assertExchanged(
        ask(
            Map.of(
                "AZURE_TENANT_ID",
                TENANT,
                "AZURE_CLIENT_ID",
                "prepull",
                "AZURE_FEDERATED_TOKEN_FILE",
                file.toString())));

    assertThat(azure.requests(LOGIN).getFirst().field("client_assertion"))
        .isEqualTo("the-service-account");
  }

  @Test
  void aManagedIdentityIsEnough() throws Exception {
    assertExchanged(ask(Map.of("AZURE_CLIENT_ID", "prepull")));

    Request metadata = azure.requests(METADATA).getLast();
    assertThat(metadata.host()).isEqualTo("http://169.254.169.254");
    assertThat(metadata.target()).contains("client_id=prepull", "containerregistry.azure.net");
  }

  @Test
  void aRegistryThatRefusesTheIdentityIsNamedWithTheRole() {
    azure.on(
        EXCHANGE,
        _ -> new Response(401, "application/json", "{\"errors\":[{\"code\":\"UNAUTHORIZED\"}]}"));

    assertThatThrownBy(() -> ask(servicePrincipal()))
        .isInstanceOf(TokenException.class)
        .hasMessageContaining(HOST + " does not take the controller's identity: status 401")
        .hasMessageContaining("UNAUTHORIZED")
        .hasMessageContaining("AcrPull")
        .hasMessageNotContaining(ENTRA);
  }

  @Test
  void anAnswerWithoutATokenIsNotQuoted() {
    azure.on(EXCHANGE, "{\"refresh_token\": \"s3cret\"}");

    assertThatThrownBy(() -> ask(servicePrincipal()))
        .isInstanceOf(TokenException.class)
        .hasMessageContaining("an answer that is no token")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void anIdentityThatEntraRefusesIsSaidWithItsReason() {
    azure.on(
        LOGIN,
        _ ->
            new Response(
                401,
                "application/json",
                "{\"error\": \"invalid_client\", \"error_description\": \"AADSTS7000215: wrong\"}"));

    assertThatThrownBy(() -> ask(servicePrincipal()))
        .isInstanceOf(TokenException.class)
        .hasMessageContaining("Microsoft Entra gave none: ")
        .hasMessageContaining("AADSTS7000215")
        .hasMessageNotContaining("s3cret");
  }
}
