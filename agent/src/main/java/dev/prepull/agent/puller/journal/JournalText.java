package dev.prepull.agent.puller.journal;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.RemovalPolicy;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The journal as text: a heading with the time, an entry a line, and a last line with their number,
 * so that half a file is noticed.
 */
final class JournalText {

  private static final String HEADING = "prepull-journal 1 ";
  private static final String ENDING = "entries ";
  private static final String NONE = "-";
  private static final int FIELDS = 6;

  private JournalText() {}

  static String write(JournalContent content) {
    StringBuilder text = new StringBuilder(HEADING).append(content.writtenAt()).append('\n');
    for (OwnedImage entry : content.entries()) {
      text.append(
          String.join(
              "\t",
              entry.reference().written(),
              entry.digest() == null ? NONE : entry.digest().value(),
              entry.onRemoval().word(),
              entry.pulled() ? "pulled" : NONE,
              entry.pinned() ? "pinned" : NONE,
              // never empty, so that no field is lost at the end of a line
              "=" + URLEncoder.encode(entry.stamp(), StandardCharsets.UTF_8)));
      text.append('\n');
    }
    return text.append(ENDING).append(content.entries().size()).append('\n').toString();
  }

  /**
   * Reads it back.
   *
   * @throws IllegalArgumentException when it is no journal; the message says why
   */
  static JournalContent read(String text) {
    List<String> lines = text.lines().toList();
    if (lines.size() < 2 || !lines.getFirst().startsWith(HEADING)) {
      throw new IllegalArgumentException(
          "it does not begin with \"%s\"".formatted(HEADING.strip()));
    }
    List<OwnedImage> entries = new ArrayList<>();
    for (String line : lines.subList(1, lines.size() - 1)) {
      entries.add(entry(line));
    }
    if (!lines.getLast().equals(ENDING + entries.size())) {
      throw new IllegalArgumentException(
          "it does not end with \"%s%d\"".formatted(ENDING, entries.size()));
    }
    return new JournalContent(time(lines.getFirst()), entries);
  }

  private static Instant time(String heading) {
    try {
      return Instant.parse(heading.substring(HEADING.length()));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("\"%s\" has no time".formatted(heading), e);
    }
  }

  private static OwnedImage entry(String line) {
    String[] fields = line.split("\t", -1);
    if (fields.length != FIELDS || !fields[5].startsWith("=")) {
      throw new IllegalArgumentException("\"%s\" is no entry".formatted(line));
    }
    return new OwnedImage(
        ImageReference.parse(fields[0]),
        fields[1].equals(NONE) ? null : new ImageDigest(fields[1]),
        URLDecoder.decode(fields[5].substring(1), StandardCharsets.UTF_8),
        fields[3].equals("pulled"),
        fields[4].equals("pinned"),
        // an unknown word is the cautious one
        fields[2].equals(RemovalPolicy.DELETE.word()) ? RemovalPolicy.DELETE : RemovalPolicy.KEEP);
  }
}
