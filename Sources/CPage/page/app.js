document.title = 'hitmon'
