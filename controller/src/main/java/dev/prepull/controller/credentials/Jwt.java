package dev.prepull.controller.credentials;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * What a JSON Web Token says of itself. It is not verified: whoever gave it is believed.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7519">RFC 7519</a>
 */
final class Jwt {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final JsonNode claims;

  private Jwt(JsonNode claims) {
    this.claims = claims;
  }

  /** Reads the claims; empty when the text is no such token. */
  static Optional<Jwt> of(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      return Optional.empty();
    }
    try {
      byte[] payload = Base64.getUrlDecoder().decode(parts[1]);
      return Optional.of(new Jwt(parsed(new String(payload, StandardCharsets.UTF_8))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** When it ends. */
  Optional<Instant> expiry() {
    JsonNode seconds = claims.path("exp");
    return seconds.isNumber()
        ? Optional.of(Instant.ofEpochSecond(seconds.asLong()))
        : Optional.empty();
  }

  /** The tenant of Microsoft Entra that it belongs to. */
  Optional<String> tenant() {
    return Optional.ofNullable(claims.path("tid").textValue());
  }

  /** A text within a JSON object; empty when there is none. */
  static Optional<String> member(String json, String name) {
    return Optional.ofNullable(parsed(json).path(name).textValue());
  }

  /** What Jackson says of an error is not passed on: it quotes the text. */
  private static JsonNode parsed(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }
}
