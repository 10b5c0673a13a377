package dev.prepull.e2e.testbed;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A credential provider as the clouds' own are made: a static program, compiled from Go. It is run
 * as {@code NAME get-credentials} and answers for every image with {@code REGISTRY_USER} and {@code
 * REGISTRY_PASSWORD} of its environment.
 */
public final class CompiledProvider {

  private CompiledProvider() {}

  /** Compiles it to that file. */
  public static void compile(Path program) {
    Path source = Machine.sources().resolve("e2e/src/main/go/credential-provider.go");
    var _ =
        Commands.run(
            List.of(
                Machine.go().toString(),
                "build",
                "-trimpath",
                "-o",
                program.toString(),
                source.toString()),
            Map.of("CGO_ENABLED", "0", "GOTOOLCHAIN", "local", "GOFLAGS", "-buildvcs=false"),
            source.resolveSibling("."));
  }
}
