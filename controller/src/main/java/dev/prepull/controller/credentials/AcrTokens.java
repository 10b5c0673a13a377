package dev.prepull.controller.credentials;

import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.AzureException;
import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.util.Configuration;
import com.azure.core.util.Context;
import com.azure.identity.ChainedTokenCredentialBuilder;
import com.azure.identity.EnvironmentCredentialBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.identity.WorkloadIdentityCredentialBuilder;
import dev.prepull.controller.credentials.CloudRegistry.Acr;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Tokens of one Azure registry, for about three hours. The SDK finds the identity: service
 * principal of the environment, workload identity, managed identity. Its token of Microsoft Entra
 * is exchanged at the registry for one that only this registry takes.
 *
 * @see <a href="https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md">ACR and AAD-OAuth</a>
 */
final class AcrTokens implements TokenSource {

  /** Whom docker login names when the password is a token. */
  private static final String USER = "00000000-0000-0000-0000-000000000000";

  private static final String SCOPE = "https://containerregistry.azure.net/.default";
  private static final String FEDERATED_TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String host;
  private final HttpClient http;
  private final Configuration environment;

  /** Those of that registry. */
  AcrTokens(String host, HttpClient http, Configuration environment) {
    this.host = host;
    this.http = http;
    this.environment = environment;
  }

  /** Those of that registry, with the identity of the environment. */
  static TokenSource of(Acr registry) {
    return new AcrTokens(
        registry.host(),
        new JdkHttpClientBuilder().connectionTimeout(PATIENCE).responseTimeout(PATIENCE).build(),
        Configuration.getGlobalConfiguration());
  }

  @Override
  public CloudToken ask() throws TokenException {
    String entra;
    try {
      entra = identity().getTokenSync(new TokenRequestContext().addScopes(SCOPE)).getToken();
    } catch (RuntimeException e) {
      throw new TokenException(
          ("Microsoft Entra gave none: %s. Give the controller a workload identity, a managed"
                  + " identity or a service principal.")
              .formatted(CloudWords.of(e)));
    }
    return exchanged(entra);
  }

  private TokenCredential identity() {
    ChainedTokenCredentialBuilder chain =
        new ChainedTokenCredentialBuilder()
            .addLast(
                new EnvironmentCredentialBuilder()
                    .httpClient(http)
                    .configuration(environment)
                    .build());
    if (set(FEDERATED_TOKEN_FILE).isPresent()) {
      chain.addLast(
          new WorkloadIdentityCredentialBuilder()
              .httpClient(http)
              .configuration(environment)
              .build());
    }
    ManagedIdentityCredentialBuilder managed =
        new ManagedIdentityCredentialBuilder().httpClient(http).configuration(environment);
    set(Configuration.PROPERTY_AZURE_CLIENT_ID).ifPresent(managed::clientId);
    return chain.addLast(managed.build()).build();
  }

  private Optional<String> set(String variable) {
    return Optional.ofNullable(environment.get(variable)).filter(value -> !value.isEmpty());
  }

  /** The request goes to the registry itself and nowhere else, whatever it would point to. */
  private CloudToken exchanged(String entra) throws TokenException {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "access_token");
    form.put("service", host);
    Jwt.of(entra).flatMap(Jwt::tenant).ifPresent(tenant -> form.put("tenant", tenant));
    form.put("access_token", entra);
    HttpRequest request =
        new HttpRequest(HttpMethod.POST, "https://%s/oauth2/exchange".formatted(host))
            .setHeader(HttpHeaderName.CONTENT_TYPE, "application/x-www-form-urlencoded")
            .setBody(encoded(form));
    try (HttpResponse response = http.sendSync(request, Context.NONE)) {
      String body = response.getBodyAsBinaryData().toString();
      if (response.getStatusCode() != 200) {
        throw new TokenException(
            ("%s does not take the controller's identity: status %d, %s. Give it the role AcrPull"
                    + " on that registry.")
                .formatted(host, response.getStatusCode(), CloudWords.of(body)));
      }
      return token(body);
    } catch (AzureException | UncheckedIOException e) {
      throw new TokenException(
          "%s cannot be asked for it: %s. See whether the controller can reach it."
              .formatted(host, CloudWords.of(e)));
    }
  }

  private CloudToken token(String answer) throws TokenException {
    return Jwt.member(answer, "refresh_token")
        .flatMap(token ->
            Jwt.of(token).flatMap(Jwt::expiry).map(expiry -> new CloudToken(USER, token, expiry)))
        .orElseThrow(() ->
            new TokenException(
                "%s gave an answer that is no token. See whether something else answers in its place."
                    .formatted(host)));
  }

  private static String encoded(Map<String, String> form) {
    return form.entrySet().stream()
        .map(field ->
            field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }
}
