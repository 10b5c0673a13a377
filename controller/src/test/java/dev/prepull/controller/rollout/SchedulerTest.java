package dev.prepull.controller.rollout;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.plan.PlanFiles;
import dev.prepull.controller.status.WaveStatus;
import dev.prepull.model.GoDuration;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullReason;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plays one folder of {@code src/test/resources/rollout} after the other: what {@code
 * in-lists.yaml} and {@code in-nodes.yaml} hold goes through {@code in-steps.yaml} and must give
 * {@code out-steps.yaml}. A step is one of:
 *
 * <ul>
 *   <li>{@code attach n1 n2}, {@code detach n1}, {@code restart} (of the controller), {@code lists
 *       FILE} (an edit), {@code after 3s}
 *   <li>{@code n1 IMAGE State [digest's letter] [Reason]}: what a node says; {@code all} for every
 *       attached node
 * </ul>
 *
 * After each step stands what agents were told, and what changed in the stage of an image.
 */
class SchedulerTest {

  private static final String LISTS = "in-lists.yaml";
  private static final String NODES = "in-nodes.yaml";
  private static final String STEPS = "in-steps.yaml";
  private static final String RESULT = "out-steps.yaml";

  static List<Path> cases() throws IOException, URISyntaxException {
    URL folder = Objects.requireNonNull(SchedulerTest.class.getResource("/rollout"));
    return filesIn(Path.of(folder.toURI()));
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void plays(Path folder) throws IOException {
    Play play = new Play(folder);

    String result = play.all();

    assertThat(result).isEqualTo(withoutComments(play.read(RESULT)));
    assertThat(play.used)
        .as("every file of %s is used", folder.getFileName())
        .containsExactlyInAnyOrderElementsOf(
            filesIn(folder).stream().map(file -> file.getFileName().toString()).toList());
  }

  private static String withoutComments(String text) {
    return text.lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line + "\n")
        .collect(joining());
  }

  /** One folder being played. */
  private static final class Play {
    private final Path folder;
    private final Set<String> used = new TreeSet<>();
    private final TestFleet fleet = new TestFleet();
    private final Map<String, String> stages = new TreeMap<>();

    Play(Path folder) throws IOException {
      this.folder = folder;
      fleet.nodes(PlanFiles.nodes(read(NODES)));
      fleet.lists(PlanFiles.lists(read(LISTS)));
      changedStages();
    }

    String read(String file) throws IOException {
      used.add(file);
      return Files.readString(folder.resolve(file));
    }

    String all() throws IOException {
      StringBuilder result = new StringBuilder();
      for (String step : PlanFiles.steps(read(STEPS))) {
        play(Arrays.asList(step.split(" ", -1)));
        List<String> followed = new ArrayList<>(fleet.told());
        followed.addAll(changedStages());
        result.append("- %s:%s\n".formatted(step, followed.isEmpty() ? " []" : ""));
        followed.forEach(line -> result.append("  - %s\n".formatted(line)));
      }
      return result.toString();
    }

    private void play(List<String> words) throws IOException {
      List<String> rest = words.subList(1, words.size());
      switch (words.getFirst()) {
        case "attach" -> fleet.attach(rest.toArray(String[]::new));
        case "detach" -> rest.forEach(fleet::detach);
        case "restart" -> fleet.restart();
        case "lists" -> fleet.lists(PlanFiles.lists(read(rest.getFirst())));
        case "after" -> fleet.after(GoDuration.parse(rest.getFirst()));
        case "all" -> List.copyOf(fleet.attached()).forEach(node -> fleet.says(node, report(rest)));
        default -> fleet.says(words.getFirst(), report(rest));
      }
    }

    private static ImageReport report(List<String> words) {
      ImageState state =
          Arrays.stream(ImageState.values())
              .filter(known -> known.word().equals(words.get(1)))
              .findFirst()
              .orElseThrow();
      ImageReport report = ImageReport.of(ImageReference.parse(words.get(0)), state);
      for (String word : words.subList(2, words.size())) {
        report =
            word.length() == 1
                ? ImageReport.present(report.reference(), TestFleet.digest(word), 1)
                    .withState(state)
                : report.withProblem(TestFleet.problem(PullReason.ofWord(word).orElseThrow()));
      }
      return report;
    }

    private List<String> changedStages() {
      List<String> changed = new ArrayList<>();
      new TreeMap<>(fleet.rollouts.statuses())
          .forEach((reference, wave) -> {
            String stage = stage(fleet.lock(reference.written()), wave);
            if (!stage.equals(stages.put(reference.written(), stage))) {
              changed.add("%s is %s".formatted(reference.written(), stage));
            }
          });
      return changed;
    }

    private static String stage(String lock, WaveStatus wave) {
      String why = wave.stalledBecause();
      return wave.phase().word()
          + (lock.equals("?") ? "" : " at " + lock)
          + (why == null ? "" : ", for " + why);
    }
  }
}
