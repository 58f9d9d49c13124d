/** Models on disk: Hugging Face folders with safetensors files, and llama2.c's single files. */
@NullMarked
package org.gta4j.checkpoint;

import org.jspecify.annotations.NullMarked;
