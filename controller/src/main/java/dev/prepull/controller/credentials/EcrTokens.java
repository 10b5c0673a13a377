package dev.prepull.controller.credentials;

import dev.prepull.controller.credentials.CloudRegistry.EcrPrivate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecr.EcrClient;
import software.amazon.awssdk.services.ecr.model.AuthorizationData;
import software.amazon.awssdk.services.ecrpublic.EcrPublicClient;

/**
 * Tokens of Amazon's registries, for 12 hours. The SDK finds the identity: environment, web
 * identity (IRSA), container (Pod Identity), instance role.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html">
 *     GetAuthorizationToken</a>
 */
final class EcrTokens {

  /** The only region that gives tokens for the public gallery. */
  private static final Region PUBLIC_REGION = Region.US_EAST_1;

  /** How the SDK begins to say why the first of the usual identities was none. */
  private static final String FIRST_OF_CHAIN = "WebIdentityTokenFileCredentialsProvider(): ";

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private EcrTokens() {}

  /** Those of an account's registry; the region is the registry's, wherever the controller runs. */
  static TokenSource ofPrivate(EcrPrivate registry) {
    Region region = Region.of(registry.region());
    return () ->
        asked(
            () -> {
              try (EcrClient ecr = client(EcrClient.builder(), region)) {
                AuthorizationData data =
                    ecr.getAuthorizationToken(_ -> {}).authorizationData().getFirst();
                return token(data.authorizationToken(), data.expiresAt());
              }
            },
            "ecr:GetAuthorizationToken in " + region);
  }

  /** Those of the public gallery. */
  static TokenSource ofPublic() {
    return () ->
        asked(
            () -> {
              try (EcrPublicClient ecr = client(EcrPublicClient.builder(), PUBLIC_REGION)) {
                var data = ecr.getAuthorizationToken(_ -> {}).authorizationData();
                return token(data.authorizationToken(), data.expiresAt());
              }
            },
            "ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken");
  }

  private static <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> C client(
      B builder, Region region) {
    return builder
        .region(region)
        .httpClientBuilder(
            UrlConnectionHttpClient.builder().connectionTimeout(PATIENCE).socketTimeout(PATIENCE))
        .overrideConfiguration(settings -> settings.apiCallTimeout(PATIENCE))
        .build();
  }

  /** User and password, which AWS gives as docker configs have them. */
  private static CloudToken token(String authorization, Instant expiry) {
    String text = new String(Base64.getDecoder().decode(authorization), StandardCharsets.UTF_8);
    int colon = text.indexOf(':');
    return new CloudToken(text.substring(0, colon), text.substring(colon + 1), expiry);
  }

  private static CloudToken asked(Supplier<CloudToken> question, String permission)
      throws TokenException {
    try {
      return question.get();
    } catch (SdkException e) {
      throw new TokenException(
          "AWS gave none: %s. Give the controller an identity that may %s."
              .formatted(words(e), permission));
    } catch (RuntimeException e) {
      // It may quote the answer.
      throw new TokenException(
          "AWS gave an answer that is no token. See whether something else answers in its place.");
    }
  }

  /**
   * Without the names of all links of the chain, and what those say that have just not been set.
   */
  private static String words(SdkException e) {
    String text = String.valueOf(e.getMessage());
    int first = text.indexOf(FIRST_OF_CHAIN);
    return CloudWords.of(first < 0 ? text : "no identity was found: " + text.substring(first));
  }
}
