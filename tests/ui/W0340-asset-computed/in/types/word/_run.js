let a = 1;
load(`_data-${a}.js`);
