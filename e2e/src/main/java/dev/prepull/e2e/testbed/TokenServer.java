package dev.prepull.e2e.testbed;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Gives bearer tokens for a {@link Registry}: for a user's password, by GET or POST, and for an
 * identity token, by POST. Who shows neither gets a token that opens nothing.
 *
 * @see <a href="https://distribution.github.io/distribution/spec/auth/token/">Token
 *     authentication</a>
 * @see <a href="https://distribution.github.io/distribution/spec/auth/oauth/">OAuth 2 token
 *     authentication</a>
 */
public final class TokenServer implements AutoCloseable {

  static final String SERVICE = "testbed";
  static final String ISSUER = "testbed-tokens";

  private static final Duration HOLDS = Duration.ofMinutes(5);
  private static final Pattern SCOPE = Pattern.compile("repository:([^:]+):(\\S+)");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ServerCertificate signer;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final String username;
  private final String password;
  private final String identityToken;
  private final List<String> grants = new CopyOnWriteArrayList<>();

  private TokenServer(
      ServerCertificate signer,
      HttpServer server,
      String username,
      String password,
      String identityToken) {
    this.signer = signer;
    this.server = server;
    this.username = username;
    this.password = password;
    this.identityToken = identityToken;
  }

  /** Starts one on the loopback address that knows one user. */
  public static TokenServer start(
      Workspace workspace, String username, String password, String identityToken) {
    try {
      InetAddress loopback = InetAddress.getLoopbackAddress();
      HttpServer http = HttpServer.create(new InetSocketAddress(loopback, 0), 128);
      TokenServer tokens =
          new TokenServer(
              ServerCertificate.make(workspace, "tokens", "127.0.0.1"),
              http,
              username,
              password,
              identityToken);
      http.setExecutor(tokens.threads);
      http.createContext("/token", tokens::handle);
      http.start();
      return workspace.add(tokens);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it answers. */
  URI realm() {
    return URI.create("http://127.0.0.1:%d/token".formatted(server.getAddress().getPort()));
  }

  /** What the registry is to trust. */
  Path roots() {
    return signer.ca();
  }

  /** By what tokens were asked for so far: {@code password}, {@code refresh_token} or nothing. */
  public List<String> grants() {
    return List.copyOf(grants);
  }

  /** A token that opens one repository for some minutes, as the registry takes it. */
  public String registryToken(String repository) {
    return token(username, List.of(access(repository, List.of("pull"))));
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean posted = exchange.getRequestMethod().equals("POST");
      String query =
          posted
              ? new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
              : exchange.getRequestURI().getRawQuery();
      List<String[]> parameters = parameters(query == null ? "" : query);
      String grant =
          posted
              ? parameter(parameters, "grant_type")
              : exchange.getRequestHeaders().containsKey("Authorization") ? "password" : "";
      grants.add(grant);
      boolean known =
          switch (grant) {
            case "refresh_token" -> parameter(parameters, "refresh_token").equals(identityToken);
            case "password" ->
                posted
                    ? parameter(parameters, "username").equals(username)
                        && parameter(parameters, "password").equals(password)
                    : basic().equals(exchange.getRequestHeaders().getFirst("Authorization"));
            default -> false;
          };
      if (!known && !grant.isEmpty()) {
        answer(exchange, 401, Map.of("details", "incorrect username or password"));
        return;
      }
      String token = token(username, known ? access(parameters) : List.of());
      answer(
          exchange,
          200,
          Map.of("token", token, "access_token", token, "expires_in", HOLDS.toSeconds()));
    }
  }

  private String basic() {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((username + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  private static List<String[]> parameters(String query) {
    return Arrays.stream(query.split("&"))
        .map(pair -> pair.split("=", 2))
        .filter(pair -> pair.length == 2)
        .map(pair -> new String[] {pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8)})
        .toList();
  }

  private static String parameter(List<String[]> parameters, String name) {
    return parameters.stream()
        .filter(pair -> pair[0].equals(name))
        .map(pair -> pair[1])
        .collect(Collectors.joining(" "));
  }

  private static List<Map<String, Object>> access(List<String[]> parameters) {
    Matcher scopes = SCOPE.matcher(parameter(parameters, "scope"));
    return scopes
        .results()
        .map(scope -> access(scope.group(1), List.of(scope.group(2).split(","))))
        .toList();
  }

  private static Map<String, Object> access(String repository, List<String> actions) {
    return Map.of("type", "repository", "name", repository, "actions", actions);
  }

  private String token(String subject, List<Map<String, Object>> access) {
    Instant now = Instant.now();
    try {
      Base64.Encoder der = Base64.getEncoder();
      Map<String, Object> header =
          Map.of(
              "typ",
              "JWT",
              "alg",
              "ES256",
              "x5c",
              List.of(der.encodeToString(signer.own().getEncoded())));
      Map<String, Object> claims =
          Map.of(
              "iss",
              ISSUER,
              "sub",
              subject,
              "aud",
              SERVICE,
              "nbf",
              now.minusSeconds(5).getEpochSecond(),
              "iat",
              now.getEpochSecond(),
              "exp",
              now.plus(HOLDS).getEpochSecond(),
              "jti",
              UUID.randomUUID().toString(),
              "access",
              access);
      String signed = part(header) + "." + part(claims);
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(signer.key());
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed
          + "."
          + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new TestbedException("a token cannot be signed: " + e.getMessage(), e);
    }
  }

  private static String part(Map<String, Object> json) {
    try {
      return Base64.getUrlEncoder().withoutPadding().encodeToString(JSON.writeValueAsBytes(json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void answer(HttpExchange exchange, int status, Object json) throws IOException {
    byte[] body = JSON.writeValueAsBytes(json);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
