/** The entry points of PL/Java: static methods, and nothing else. Part of the PL/Java jar. */
package dev.prosa.routine;
