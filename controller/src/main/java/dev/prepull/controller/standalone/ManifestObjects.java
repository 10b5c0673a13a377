package dev.prepull.controller.standalone;

import dev.prepull.controller.reconcile.Sighting;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes sightings of the Secrets and ServiceAccounts of a manifest, as the API server would. */
final class ManifestObjects {

  private static final String DEFAULT_TYPE = "Opaque";

  private ManifestObjects() {}

  /** {@code stringData} comes before {@code data}. */
  static Sighting secret(Map<?, ?> object) {
    Map<String, byte[]> data = new HashMap<>();
    if (object.get("data") instanceof Map<?, ?> entries) {
      for (Map.Entry<?, ?> entry : entries.entrySet()) {
        String key = String.valueOf(entry.getKey());
        if (!(entry.getValue() instanceof String encoded)) {
          return noText("data", key);
        }
        try {
          data.put(key, Base64.getDecoder().decode(encoded.replaceAll("\\s", "")));
        } catch (IllegalArgumentException e) {
          // Its message quotes a character.
          return new Sighting.Unreadable(
              "data.%s is no base64; for plain text write stringData".formatted(key));
        }
      }
    }
    if (object.get("stringData") instanceof Map<?, ?> entries) {
      for (Map.Entry<?, ?> entry : entries.entrySet()) {
        String key = String.valueOf(entry.getKey());
        if (!(entry.getValue() instanceof String text)) {
          return noText("stringData", key);
        }
        data.put(key, text.getBytes(StandardCharsets.UTF_8));
      }
    }
    return new Sighting.FoundSecret(
        object.get("type") instanceof String type ? type : DEFAULT_TYPE, data);
  }

  private static Sighting noText(String field, String key) {
    return new Sighting.Unreadable(
        "%s.%s is no text; expected \"%s: |\" and the text indented below it"
            .formatted(field, key, key));
  }

  static Sighting account(Map<?, ?> object) {
    List<String> names = new ArrayList<>();
    if (object.get("imagePullSecrets") instanceof List<?> secrets) {
      for (Object secret : secrets) {
        if (secret instanceof Map<?, ?> reference && reference.get("name") instanceof String name) {
          names.add(name);
        }
      }
    }
    return new Sighting.FoundServiceAccount(names);
  }
}
