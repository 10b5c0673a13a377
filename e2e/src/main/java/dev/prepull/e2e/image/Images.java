package dev.prepull.e2e.image;

import dev.prepull.e2e.testbed.Machine;
import dev.prepull.e2e.testbed.TestbedException;
import dev.prepull.program.Flag;
import dev.prepull.program.Flags;
import dev.prepull.program.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code hack/images.sh} runs. */
public final class Images {

  private static final String USAGE = "hack/images.sh REGISTRY[/PREFIX] [flags]";
  private static final Flag TO =
      Flag.optional("to", "REGISTRY[/PREFIX]", "Where to push; without it they stay on this disk.");
  private static final Flag TAG = Flag.of("tag", "TAG", "dev", "Tag and version of both images.");
  private static final Flag BASE =
      Flag.optional(
          "base",
          "IMAGE",
          "Image to build on, with a C library and CA certificates; without it, packages of Debian.");
  private static final Flag ARCHITECTURES =
      Flag.of(
          "architectures",
          "ARCH,...",
          Machine.ARCHITECTURE,
          "amd64, arm64 or both; the agent for another machine than this starts slower and takes more memory.");
  private static final List<Flag> ALL = List.of(TO, TAG, BASE, ARCHITECTURES);
  private static final int FAILURE = 1;
  private static final int USAGE_ERROR = 2;

  private Images() {}

  /** Builds and pushes, says what the images are called, and how large they are. */
  public static void main(String[] arguments) throws InterruptedException {
    try {
      Flags flags = Flags.parse(ALL, arguments, Map.of());
      if (flags.helpWanted()) {
        System.out.print(Flags.help(USAGE, ALL));
        return;
      }
      run(flags);
    } catch (UsageException e) {
      System.err.println(e.getMessage());
      System.exit(USAGE_ERROR);
    } catch (TestbedException e) {
      System.err.println(e.getMessage());
      System.exit(FAILURE);
    }
  }

  private static void run(Flags flags) throws UsageException, InterruptedException {
    Path work = Machine.sources().resolve("e2e/target/images");
    String tag = flags.required(TAG);
    ImageRelease release =
        new ImageRelease(
            work,
            flags.text(BASE).<ImageBase>map(ImageBase.Pulled::new).orElseGet(ImageBase.Debian::new),
            tag,
            architectures(flags.required(ARCHITECTURES)),
            System.err);
    Optional<String> prefix = flags.text(TO);
    if (prefix.isPresent()) {
      release.push(prefix.get()).forEach(System.out::println);
    } else {
      var _ = release.build();
      System.out.println(release.directory());
    }
  }

  private static List<String> architectures(String value) throws UsageException {
    List<String> architectures = List.of(value.split(",", -1));
    if (!List.of("amd64", "arm64").containsAll(architectures)) {
      throw Flags.wrong(ARCHITECTURES, value, "expected amd64, arm64 or amd64,arm64");
    }
    return architectures;
  }
}
