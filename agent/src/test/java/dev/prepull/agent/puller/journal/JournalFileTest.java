package dev.prepull.agent.puller.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.RemovalPolicy;
import dev.prepull.program.StartupException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What survives on the node's disk. */
class JournalFileTest {

  private static final Instant THEN = Instant.parse("2026-01-01T00:00:00.123456789Z");
  private static final Instant NOW = THEN.plusSeconds(3_600);
  private static final ImageDigest DIGEST = new ImageDigest("sha256:" + "a".repeat(64));
  private static final JournalContent CONTENT =
      new JournalContent(
          THEN,
          List.of(
              owned("reg.example/app:1", DIGEST, "2026-01-01T00:00:00Z\t=%\n", true, false),
              owned("nginx", null, "", false, true),
              owned("reg.example/app@" + DIGEST, DIGEST, "7", true, true)));

  @TempDir private Path directory;

  @Test
  void hasNothingAtFirst() throws Exception {
    assertThat(journal().read(NOW)).isEqualTo(new JournalContent(NOW, List.of()));
  }

  @Test
  void readsWhatWasWritten() throws Exception {
    journal().write(CONTENT);

    assertThat(journal().read(NOW)).isEqualTo(CONTENT);
  }

  @Test
  void keepsWhatTheUserWrote() throws Exception {
    journal().write(CONTENT);

    assertThat(journal().read(NOW).entries().get(1).reference().written()).isEqualTo("nginx");
  }

  @Test
  void replacesWhatWasWrittenBefore() throws Exception {
    journal().write(CONTENT);

    journal().write(new JournalContent(NOW, List.of()));

    assertThat(journal().read(NOW).entries()).isEmpty();
  }

  @Test
  void leavesNothingElseInTheDirectory() throws Exception {
    journal().write(CONTENT);

    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(file());
    }
  }

  @Test
  void readsWhatWasThereBeforeAWriteThatDidNotEnd() throws Exception {
    journal().write(CONTENT);
    Files.writeString(directory.resolve("journal.new"), "prepull-journal 1 2026");

    assertThat(journal().read(NOW)).isEqualTo(CONTENT);
  }

  @Test
  void makesItsDirectory() throws Exception {
    Path deep = directory.resolve("var/lib/prepull");

    JournalFile.in(deep).write(CONTENT);

    assertThat(JournalFile.in(deep).read(NOW)).isEqualTo(CONTENT);
  }

  @Test
  void holdsAsMuchAsTheJournalMayHave() throws Exception {
    JournalContent full =
        new JournalContent(
            THEN,
            IntStream.range(0, OwnershipJournal.MOST_ENTRIES)
                .mapToObj(i -> owned("reg.example/app:" + i, DIGEST, "" + i, true, false))
                .toList());

    journal().write(full);

    assertThat(journal().read(NOW)).isEqualTo(full);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not a journal",
        "prepull-journal 2 2026-01-01T00:00:00Z\nentries 0\n",
        "prepull-journal 1 yesterday\nentries 0\n",
        "prepull-journal 1 2026-01-01T00:00:00Z\n",
        "prepull-journal 1 2026-01-01T00:00:00Z\nentries 1\n",
        "prepull-journal 1 2026-01-01T00:00:00Z\napp\tsha256:1\tDelete\tpulled\t-\t=\nentries 1\n",
        "prepull-journal 1 2026-01-01T00:00:00Z\nA B\t-\tDelete\tpulled\t-\t=\nentries 1\n",
        "prepull-journal 1 2026-01-01T00:00:00Z\napp\t-\tDelete\tpulled\t-\nentries 1\n",
        "prepull-journal 1 2026-01-01T00:00:00Z\napp\t-\tDelete\tpulled\t-\t=%zz\nentries 1\n"
      })
  void setsAsideWhatItCannotUnderstand(String text) throws Exception {
    Files.writeString(file(), text);

    JournalContent content = journal().read(NOW);

    assertThat(content).isEqualTo(new JournalContent(NOW, List.of()));
    assertThat(directory.resolve("journal.bad")).hasContent(text);
    assertThat(file()).doesNotExist();
  }

  @Test
  void setsAsideWhatIsNoText() throws Exception {
    Files.write(file(), new byte[] {(byte) 0xC3, (byte) 0x28, 0});

    JournalContent content = journal().read(NOW);

    assertThat(content.entries()).isEmpty();
    assertThat(directory.resolve("journal.bad")).exists();
  }

  @Test
  void setsAsideHalfAFile() throws Exception {
    journal().write(CONTENT);
    byte[] whole = Files.readAllBytes(file());
    for (int length = 0; length < whole.length - 1; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));

      assertThat(journal().read(NOW).entries()).as("%d bytes", length).isEmpty();
    }
  }

  @Test
  void takesAnUnknownPolicyForTheCautiousOne() throws Exception {
    Files.writeString(
        file(),
        "prepull-journal 1 2026-01-01T00:00:00Z\napp\t%s\tShred\tpulled\t-\t=\nentries 1\n"
            .formatted(DIGEST));

    assertThat(journal().read(NOW).entries())
        .extracting(OwnedImage::onRemoval)
        .containsExactly(RemovalPolicy.KEEP);
  }

  @Test
  void saysWhyItCannotWrite() throws Exception {
    Path occupied = Files.createFile(directory.resolve("occupied"));

    assertThatThrownBy(() -> JournalFile.in(occupied))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("--state-dir %s".formatted(occupied));
  }

  private JournalFile journal() throws StartupException {
    return JournalFile.in(directory);
  }

  private Path file() {
    return directory.resolve("journal");
  }

  private static OwnedImage owned(
      String reference,
      @Nullable ImageDigest digest,
      String stamp,
      boolean pulled,
      boolean pinned) {
    return new OwnedImage(
        ImageReference.parse(reference), digest, stamp, pulled, pinned, RemovalPolicy.DELETE);
  }
}
