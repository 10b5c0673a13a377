package dev.prepull.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation, as GitHub shows it.
 *
 * @param lines without what stands in fenced blocks
 */
public record MarkdownPage(Path file, List<String> lines) {

  private static final String FENCE = "```";
  private static final Pattern HEADING = Pattern.compile("#{1,6} +(.+?) *");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
  private static final Pattern INLINE_CODE = Pattern.compile("`[^`]*`");

  /** Copies the lines. */
  public MarkdownPage {
    lines = List.copyOf(lines);
  }

  /** The page at that path below the working tree. */
  public static MarkdownPage of(String path) {
    return read(root().resolve(path));
  }

  /** README, CONTRIBUTING and everything below docs. */
  static List<MarkdownPage> all() {
    Path root = root();
    try (Stream<Path> docs = Files.walk(root.resolve("docs"))) {
      return Stream.concat(
              Stream.of("README.md", "CONTRIBUTING.md").map(root::resolve),
              docs.filter(file -> file.toString().endsWith(".md")).sorted())
          .map(MarkdownPage::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The working tree's top. */
  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve(".mvn"))) {
      directory = Objects.requireNonNull(directory.getParent(), "not inside the working tree");
    }
    return directory;
  }

  static MarkdownPage read(Path file) {
    List<String> text = new ArrayList<>();
    boolean fenced = false;
    try {
      for (String line : Files.readAllLines(file)) {
        boolean fence = line.strip().startsWith(FENCE);
        if (!fence && !fenced) {
          text.add(line);
        }
        fenced ^= fence;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new MarkdownPage(file, text);
  }

  /** The headings, without their number signs. */
  public List<String> headings() {
    return lines.stream()
        .map(HEADING::matcher)
        .filter(matcher -> matcher.matches())
        .map(matcher -> matcher.group(1))
        .toList();
  }

  /** What may stand behind the number sign of a link to this page. */
  Set<String> anchors() {
    Map<String, Integer> uses = new HashMap<>();
    Set<String> anchors = new HashSet<>();
    for (String heading : headings()) {
      String slug =
          heading.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
      int before = uses.merge(slug, 1, Integer::sum) - 1;
      anchors.add(before == 0 ? slug : slug + "-" + before);
    }
    return anchors;
  }

  /** Where the links of this page lead, as they are written. */
  List<String> links() {
    return lines.stream()
        .map(line -> INLINE_CODE.matcher(line).replaceAll(""))
        .flatMap(line -> LINK.matcher(line).results())
        .map(link -> link.group(1))
        .toList();
  }

  @Override
  public String toString() {
    return root().relativize(file).toString();
  }
}
