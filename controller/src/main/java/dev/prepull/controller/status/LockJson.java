package dev.prepull.controller.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.prepull.controller.plan.DigestLock;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The locks as text that outlives the process: a JSON array with one line for each lock, {@code
 * [image as written, digest, lockedAt, lockedBy, lookedAt]}; a lookedAt that equals lockedAt is
 * left out. Times are whole seconds. Field names are saved because thousands of locks have to fit
 * into a ConfigMap.
 */
public final class LockJson {

  /** Of how many bad entries the reader tells one by one. */
  private static final int PROBLEMS_TOLD = 10;

  private static final int LEAST_ELEMENTS = 4;

  /** Locks that a reference carries in itself can be found again, so they are the first to go. */
  private static final Comparator<DigestLock> WORTH_KEEPING =
      Comparator.<DigestLock, Boolean>comparing(lock -> lock.reference().digest().isPresent())
          .thenComparing(DigestLock::reference);

  /**
   * The text, and what found no room in it.
   *
   * @param omitted how many locks are not in the text
   */
  public record Written(String json, int omitted) {}

  /**
   * What could be read.
   *
   * @param problems what could not, for humans; empty when everything could
   */
  public record Read(List<DigestLock> locks, List<String> problems) {

    /** Copies the lists. */
    public Read {
      locks = List.copyOf(locks);
      problems = List.copyOf(problems);
    }
  }

  private LockJson() {}

  /** Writes as many of the locks as fit into so many bytes of UTF-8. */
  public static Written render(Collection<DigestLock> locks, long maxBytes) {
    StringBuilder json = new StringBuilder("[");
    long room = maxBytes - "[\n]\n".length();
    int written = 0;
    for (DigestLock lock : locks.stream().sorted(WORTH_KEEPING).toList()) {
      String line = (written == 0 ? "\n" : ",\n") + StatusJson.render(elements(lock));
      room -= line.getBytes(StandardCharsets.UTF_8).length;
      if (room < 0) {
        break;
      }
      json.append(line);
      written++;
    }
    return new Written(json.append("\n]\n").toString(), locks.size() - written);
  }

  private static List<String> elements(DigestLock lock) {
    List<String> elements =
        new ArrayList<>(
            List.of(
                lock.reference().written(),
                lock.digest().value(),
                seconds(lock.lockedAt()),
                lock.lockedBy()));
    if (!lock.lookedAt().equals(lock.lockedAt())) {
      elements.add(seconds(lock.lookedAt()));
    }
    return elements;
  }

  private static String seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** Reads what {@link #render} wrote; what is wrong with the text becomes problems. */
  public static Read parse(String json) {
    JsonNode array;
    try {
      array = StatusJson.MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      return new Read(List.of(), List.of("it is not JSON: " + oneLine(e.getOriginalMessage())));
    }
    if (!array.isArray()) {
      return new Read(List.of(), List.of("it is no JSON array"));
    }
    Map<ImageReference, DigestLock> locks = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    int bad = 0;
    for (int i = 0; i < array.size(); i++) {
      try {
        DigestLock lock = lock(array.get(i));
        if (locks.putIfAbsent(lock.reference(), lock) != null) {
          throw new IllegalArgumentException(lock.reference() + " stands in it twice");
        }
      } catch (IllegalArgumentException | DateTimeException e) {
        bad++;
        if (bad <= PROBLEMS_TOLD) {
          problems.add("entry %d: %s".formatted(i + 1, oneLine(String.valueOf(e.getMessage()))));
        }
      }
    }
    if (bad > PROBLEMS_TOLD) {
      problems.add("and %d more".formatted(bad - PROBLEMS_TOLD));
    }
    return new Read(List.copyOf(locks.values()), problems);
  }

  private static DigestLock lock(JsonNode entry) {
    if (!entry.isArray() || entry.size() < LEAST_ELEMENTS) {
      throw new IllegalArgumentException("expected [image, digest, lockedAt, lockedBy, lookedAt]");
    }
    ImageReference reference = ImageReference.parse(text(entry, 0));
    ImageDigest digest = new ImageDigest(text(entry, 1));
    if (!reference.digest().orElse(digest).equals(digest)) {
      throw new IllegalArgumentException(
          "%s names another digest than %s".formatted(reference, digest));
    }
    Instant lockedAt = Instant.parse(text(entry, 2));
    Instant lookedAt =
        entry.size() > LEAST_ELEMENTS ? Instant.parse(text(entry, LEAST_ELEMENTS)) : lockedAt;
    return new DigestLock(reference, digest, lockedAt, text(entry, 3), lookedAt);
  }

  private static String text(JsonNode entry, int index) {
    JsonNode element = entry.get(index);
    if (!element.isTextual()) {
      throw new IllegalArgumentException("element %d is no text".formatted(index + 1));
    }
    return element.asText();
  }

  private static String oneLine(String text) {
    return String.join(" ", text.lines().map(String::strip).toList());
  }
}
