package dev.prepull.controller.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.credentials.FakeCloud.Request;
import dev.prepull.controller.credentials.FakeCloud.Response;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** AWS's SDK with every identity that a Pod may have, against AWS's documented protocols. */
class EcrTokensTest {

  private static final String HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
  private static final Instant EXPIRY = Instant.parse("2030-01-02T03:04:05Z");
  private static final String EXPECTED = "AWS a:token " + EXPIRY;

  private final Map<String, String> environment = new HashMap<>();
  private FakeCloud aws;

  @TempDir Path folder;

  @BeforeEach
  void start() throws Exception {
    aws = FakeCloud.start().on("POST /", this::answer);
    environment.put("AWS_ENDPOINT_URL", aws.url());
    environment.put("AWS_EC2_METADATA_DISABLED", "true");
  }

  @AfterEach
  void stop() {
    aws.close();
  }

  /** The JSON protocol of ECR, and the query protocol of STS. */
  private Response answer(Request request) {
    String token =
        Base64.getEncoder().encodeToString("AWS:a:token".getBytes(StandardCharsets.UTF_8));
    String data =
        "{\"authorizationToken\": \"%s\", \"expiresAt\": %d}"
            .formatted(token, EXPIRY.getEpochSecond());
    return switch (request.header("x-amz-target")) {
      case "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken" ->
          Response.json("{\"authorizationData\": [%s]}".formatted(data));
      case "SpencerFrontendService.GetAuthorizationToken" ->
          Response.json("{\"authorizationData\": %s}".formatted(data));
      default -> new Response(200, "text/xml", role());
    };
  }

  private static String role() {
    return """
    <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
      <AssumeRoleWithWebIdentityResult>
        <Credentials>
          <AccessKeyId>AKIDOFROLE</AccessKeyId>
          <SecretAccessKey>s3cret</SecretAccessKey>
          <SessionToken>session</SessionToken>
          <Expiration>2030-01-01T00:00:00Z</Expiration>
        </Credentials>
      </AssumeRoleWithWebIdentityResult>
    </AssumeRoleWithWebIdentityResponse>
    """;
  }

  private static String key() {
    return """
    {"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "AKIDOFMACHINE",
     "SecretAccessKey": "s3cret", "Token": "session", "Expiration": "2030-01-01T00:00:00Z"}
    """;
  }

  private void giveKeys() {
    environment.put("AWS_ACCESS_KEY_ID", "AKIDOFENV");
    environment.put("AWS_SECRET_ACCESS_KEY", "s3cret-of-env");
  }

  private String ask(String host) throws Exception {
    return AskForToken.inProcess(host, environment);
  }

  /** Who signed the question, and for where. */
  private String signature() {
    return aws.requests("POST /").getLast().header("authorization");
  }

  @Test
  void aWebIdentityTokenIsEnough() throws Exception {
    Path file = Files.writeString(folder.resolve("token"), "the-web-identity");
    environment.put("AWS_WEB_IDENTITY_TOKEN_FILE", file.toString());
    environment.put("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/prepull");
    environment.put("AWS_REGION", "us-east-2");

    assertThat(ask(HOST)).isEqualTo(EXPECTED);

    assertThat(aws.requests("POST /").getFirst().field("WebIdentityToken"))
        .isEqualTo("the-web-identity");
    assertThat(signature()).contains("Credential=AKIDOFROLE/", "/eu-west-1/ecr/aws4_request");
  }

  @Test
  void anIdentityOfThePodIsEnough() throws Exception {
    aws.on("GET /v1/credentials", key());
    Path file = Files.writeString(folder.resolve("token"), "the-pod-identity");
    environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", aws.url() + "/v1/credentials");
    environment.put("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file.toString());

    assertThat(ask(HOST)).isEqualTo(EXPECTED);

    assertThat(aws.requests("GET /v1/credentials").getFirst().header("authorization"))
        .isEqualTo("the-pod-identity");
    assertThat(signature()).contains("Credential=AKIDOFMACHINE/");
  }

  @Test
  void aRoleOfTheInstanceIsEnough() throws Exception {
    String roles = "/latest/meta-data/iam/security-credentials/";
    aws.on("PUT /latest/api/token", _ -> new Response(200, "text/plain", "imds"))
        .on("GET " + roles, _ -> new Response(200, "text/plain", "node-role"))
        .on("GET " + roles + "node-role", key());
    environment.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", aws.url());
    environment.remove("AWS_EC2_METADATA_DISABLED");

    assertThat(ask(HOST)).isEqualTo(EXPECTED);

    assertThat(signature()).contains("Credential=AKIDOFMACHINE/");
  }

  @Test
  void tokensOfTheGalleryComeFromTheirOnlyRegion() throws Exception {
    giveKeys();
    environment.put("AWS_REGION", "eu-west-1");

    assertThat(ask("public.ecr.aws")).isEqualTo(EXPECTED);

    assertThat(signature()).contains("Credential=AKIDOFENV/", "/us-east-1/ecr-public/");
  }

  @Test
  void aRefusalNamesTheReasonAndThePermission() throws Exception {
    giveKeys();
    aws.on(
        "POST /",
        _ ->
            new Response(
                400,
                "application/x-amz-json-1.1",
                "{\"__type\": \"AccessDeniedException\", \"message\": \"User: node is not authorized\"}"));

    assertThat(ask(HOST))
        .startsWith("AWS gave none: User: node is not authorized")
        .endsWith(
            "Give the controller an identity that may ecr:GetAuthorizationToken in eu-west-1.")
        .doesNotContain("s3cret");
  }

  @Test
  void aMissingIdentityIsSaid() throws Exception {
    assertThat(ask(HOST))
        .startsWith("AWS gave none: no identity was found: WebIdentityTokenFileCredentialsProvider")
        .contains("Give the controller an identity");
  }

  @Test
  void aRoleThatIsRefusedIsSaidWithTheReason() throws Exception {
    Path file = Files.writeString(folder.resolve("token"), "the-web-identity");
    environment.put("AWS_WEB_IDENTITY_TOKEN_FILE", file.toString());
    environment.put("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/prepull");
    environment.put("AWS_REGION", "us-east-2");
    aws.on("POST /", _ -> new Response(403, "text/xml", refusal()));

    assertThat(ask(HOST)).contains("Not authorized to perform sts:AssumeRoleWithWebIdentity");
  }

  private static String refusal() {
    return """
    <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
      <Error>
        <Type>Sender</Type>
        <Code>AccessDenied</Code>
        <Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message>
      </Error>
    </ErrorResponse>
    """;
  }
}
